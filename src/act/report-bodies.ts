import type { JsonObject } from '../base/json.ts';
import { PLACES } from '../escalate/stations-plan.ts';
import type { ReportCode, ReportCodes } from './report-codes.ts';
import type { CaseCard, StationReport } from './station-report.ts';

/** How one service reads DC-09. */
export interface Dc09Words {
  readonly account: string;
  readonly format: 'SIA-DCS' | 'ADM-CID';
  /** The house's own area, 1 to 99. */
  readonly area: number;
  readonly codes: ReportCodes;
  /** `names`: with the name the config gives a zone; `none`: numbers alone. */
  readonly texts: 'names' | 'none';
}

/** What stands in a DC-09 message, before time, number and encryption. */
export interface Dc09Content {
  readonly token: 'SIA-DCS' | 'ADM-CID';
  readonly data: string;
  readonly extras: readonly string[];
}

/** Far beyond any zone's name; a receiver shows one line. */
const LONGEST_TEXT = 40;

/**
 * The body of one report. `plain`: under the most general code there is, its kind in words, for a receiver that
 * refused the proper one. A zone's name goes along in SIA as text and in Contact ID as a field of its own.
 */
export function dc09Body(report: StationReport, words: Dc09Words, form: 'full' | 'plain'): Dc09Content {
  const { account, format } = words;
  const code = form === 'full' ? words.codes[report.kind] : words.codes[generalKind(report)];
  const text = form === 'full' ? textOf(report, words) : cleaned(report.kind);
  const area = code.of === 'area' ? words.area : 0;
  const number = String(numberOf(report, code)).padStart(3, '0');
  if (format === 'SIA-DCS') {
    const sia = report.is === 'new' ? code.sia : code.siaRestore;
    const shown = text === '' ? '' : `^${text}^`;
    return { token: format, data: `#${account}|Nri${area}/${sia}${number}${shown}`, extras: [] };
  }
  const qualifier = report.is === 'new' ? code.qualifier : 4 - code.qualifier;
  const data = `#${account}|${qualifier}${code.cid} ${String(area).padStart(2, '0')} ${number}`;
  return { token: format, data, extras: text === '' ? [] : [`I${text}`] };
}

const generalKind = ({ kind }: StationReport): 'alarm-other' | 'trouble-other' =>
  PLACES[kind].class === 'alarms' ? 'alarm-other' : 'trouble-other';

const numberOf = ({ zone, user }: StationReport, code: ReportCode): number => {
  const number = code.number === 'user' ? user : (zone?.number ?? 0);
  return Math.min(Math.max(Math.trunc(number), 0), 999);
};

/** The report's own words and the zone's name; what has no code of its own says at least what it is. */
function textOf({ kind, zone, text }: StationReport, { texts }: Dc09Words): string {
  const isGeneral = kind === 'alarm-other' || kind === 'trouble-other' || kind === 'expired';
  const own = text ?? (isGeneral ? kind : null);
  const name = texts === 'names' ? (zone?.name ?? null) : null;
  return cleaned([own, name].filter((one) => one !== null).join(' '));
}

/** Printable ASCII without what frames a message: `[ ] | ^ # "`; accents are dropped. */
function cleaned(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]|[[\]|^#"]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_TEXT)
    .trim();
}

/** How one service reads the messages of webhook and up-link. */
export interface MessageWords {
  readonly hub: string;
  readonly codes: ReportCodes;
  /** Null: the config does not give it to this service. */
  readonly card: CaseCard | null;
}

/**
 * The same report as an object. The card goes along with the beginning of an alarm and with nothing else, so that who
 * has it can put it away again with the alarm.
 */
export function reportMessage(report: StationReport, words: MessageWords): JsonObject {
  const { id, kind, is, alarm, at, zone, user, text } = report;
  const code = words.codes[kind];
  const opens = alarm !== null && is === 'new' && kind !== 'cancel' && kind !== 'expired';
  return {
    type: 'report',
    hub: words.hub,
    id,
    kind,
    is,
    severity: SEVERITIES[PLACES[kind].rank],
    alarm,
    atMs: at,
    zone: zone === null ? null : { id: zone.id, number: zone.number, name: zone.name },
    user,
    text,
    codes: {
      cid: `${is === 'new' ? code.qualifier : 4 - code.qualifier}${code.cid}`,
      sia: is === 'new' ? code.sia : code.siaRestore,
    },
    ...(opens && words.card !== null ? { card: words.card } : {}),
  };
}

const SEVERITIES = ['help', 'alarm', 'fault', 'routine'] as const;
