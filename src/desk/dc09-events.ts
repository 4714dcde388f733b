import { REPORT_CODES, type ReportCode, WHILE_SET } from '../act/report-codes.ts';
import { PLACES, type ReportKind } from '../escalate/stations-plan.ts';
import type { DeskReport } from './model.ts';

const RANKS = ['help', 'alarm', 'fault', 'routine'] as const;

/** What one code says; codes that several kinds share mean the first of these, or the most general kind. */
interface Meaning {
  readonly kind: ReportKind;
  readonly is: 'new' | 'restore';
}

const SHARED: Readonly<Record<string, ReportKind>> = {
  BA: 'alarm-other',
  BR: 'alarm-other',
  HA: 'personal-silent',
  HR: 'personal-silent',
  TA: 'zone-tamper',
  TR: 'zone-tamper',
  YX: 'trouble-other',
  YZ: 'trouble-other',
  '300': 'trouble-other',
};

const codes = Object.entries(REPORT_CODES) as readonly (readonly [ReportKind, ReportCode])[];

/** Null: no kind has it. */
function ofSia(sia: string): Meaning | null {
  const fresh = codes.find(([, code]) => code.sia === sia);
  const over = codes.find(([, code]) => code.siaRestore === sia);
  const found = fresh ?? over;
  if (found === undefined) return null;
  return { kind: SHARED[sia] ?? found[0], is: fresh === undefined ? 'restore' : 'new' };
}

function ofCid(qualifier: number, cid: string): Meaning | null {
  const exact = codes.find(([, code]) => code.cid === cid && code.qualifier === qualifier);
  if (exact !== undefined) return { kind: SHARED[cid] ?? exact[0], is: 'new' };
  const other = codes.find(([, code]) => code.cid === cid);
  return other === undefined ? null : { kind: other[0], is: 'restore' };
}

/** What no code says, the words beside it do: that nobody ended an alarm, and that the mains went while the panel was set. */
function kindBy(said: ReportKind, text: string): ReportKind {
  if (said === 'trouble-other' && text.startsWith('expired')) return 'expired';
  return said === 'mains-lost' && text.includes(WHILE_SET) ? 'mains-cut' : said;
}

/** A code that no table has is told as an alarm, in its own letters: a person can look it up, and silence helps nobody. */
function reportOf(meaning: Meaning | null, raw: string, number: string, text: string | null): DeskReport {
  const { kind: said, is } = meaning ?? { kind: 'alarm-other', is: 'new' };
  const kind = kindBy(said, text ?? '');
  const words = [meaning === null ? `code ${raw}` : null, text].filter((part) => part !== null && part !== '');
  return {
    kind,
    is,
    severity: RANKS[PLACES[kind].rank],
    alarm: null,
    zone: Number(number) === 0 ? null : `zone ${Number(number)}`,
    text: words.length === 0 ? null : words.join(': '),
    card: null,
  };
}

/** The events of one message; empty: it holds none that can be read. */
export function readEvents(token: string, data: string, extras: readonly string[]): readonly DeskReport[] {
  const body = data.slice(data.indexOf('|') + 1);
  if (token === 'ADM-CID') {
    const text = extras.find((one) => one.startsWith('I'))?.slice(1) ?? null;
    return [...body.matchAll(/([136])(\d{3}) (\d\d) (\d{3})/g)].map(([raw, qualifier, cid = '', , number = '']) =>
      reportOf(ofCid(Number(qualifier), cid), raw, number, text),
    );
  }
  if (token !== 'SIA-DCS') return [];
  // Modifiers (`ri1`, `ti10:22`, `id9`) stand before a code, each with a slash behind it.
  const events = body.replace(/^N/, '').replace(/(?:^|(?<=[/N]))(?:ri|id|ti|da|pi|va)[^/]*\//g, '');
  return [...events.matchAll(/([A-Z]{2})(\d{0,4})(?:\^([^^]*)\^)?/g)]
    .slice(0, 8)
    .map(([, sia = '', number = '', text]) => reportOf(ofSia(sia), sia, number, text ?? null));
}
