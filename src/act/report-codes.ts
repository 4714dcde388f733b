import type { ReportKind } from '../escalate/stations-plan.ts';

/** One kind in the two vocabularies of the field: Contact ID (SIA DC-05) and SIA event codes (SIA DC-03, DC-07). */
export interface ReportCode {
  /** Three digits. */
  readonly cid: string;
  /** Contact ID's qualifier for `new`: 1 an event or an opening, 3 a restore or a closing. The other one is the restore. */
  readonly qualifier: 1 | 3;
  readonly sia: string;
  readonly siaRestore: string;
  /** `area`: it belongs to the house's own area; `system`: to the hub, which is area 0. */
  readonly of: 'area' | 'system';
  /** What stands in the number's place. */
  readonly number: 'zone' | 'user';
}

export type ReportCodes = Readonly<Record<ReportKind, ReportCode>>;
/** What one service reads differently. */
export type CodeOverrides = Readonly<Partial<Record<ReportKind, Partial<ReportCode>>>>;

const zone = (cid: string, sia: string, siaRestore: string): ReportCode => ({
  cid,
  qualifier: 1,
  sia,
  siaRestore,
  of: 'area',
  number: 'zone',
});
const system = (cid: string, sia: string, siaRestore: string): ReportCode => ({
  ...zone(cid, sia, siaRestore),
  of: 'system',
});
const user = (cid: string, qualifier: 1 | 3, sia: string): ReportCode => ({
  ...zone(cid, sia, sia),
  qualifier,
  number: 'user',
});

/**
 * Every kind has codes. Receivers differ, so each service may have some of its own. No code of either vocabulary says
 * that somebody is on the entry route: `near alarm` and `unverified event` come closest. What has no code of its own goes as
 * 140 or 300, with words.
 */
export const REPORT_CODES: ReportCodes = {
  'personal-audible': zone('120', 'PA', 'PR'),
  'personal-silent': zone('122', 'HA', 'HR'),
  duress: zone('121', 'HA', 'HR'),
  perimeter: zone('131', 'BA', 'BR'),
  interior: zone('132', 'BA', 'BR'),
  'entry-route': zone('134', 'BA', 'BR'),
  'day-zone': zone('133', 'BA', 'BR'),
  confirmed: zone('139', 'BV', 'BR'),
  'pre-alert': zone('138', 'BG', 'BR'),
  cancel: user('406', 1, 'BC'),
  expired: system('300', 'YX', 'YZ'),
  'zone-tamper': zone('144', 'TA', 'TR'),
  'hub-tamper': system('137', 'TA', 'TR'),
  fire: zone('111', 'FA', 'FR'),
  technical: zone('150', 'UA', 'UR'),
  jamming: system('344', 'XQ', 'XH'),
  'supervision-lost': zone('381', 'UY', 'UJ'),
  'battery-low': zone('384', 'XT', 'XR'),
  'mains-lost': system('301', 'AT', 'AR'),
  'mains-cut': system('301', 'AT', 'AR'),
  'hub-battery-low': system('302', 'YT', 'YR'),
  'path-lost': system('350', 'YC', 'YK'),
  restart: system('305', 'YW', 'YW'),
  set: user('401', 3, 'CL'),
  'part-set': user('441', 3, 'CG'),
  unset: user('401', 1, 'OP'),
  bypass: zone('570', 'BB', 'BU'),
  lockout: user('461', 1, 'JA'),
  'test-manual': system('601', 'RX', 'RX'),
  'test-periodic': system('602', 'RP', 'RP'),
  'alarm-other': zone('140', 'BA', 'BR'),
  'trouble-other': system('300', 'YX', 'YZ'),
};

/** Begins the text of a pre-alert that comes a short while after the mains was cut: nobody waits whether a code follows. */
export const AFTER_MAINS_LOSS = 'mains lost';

/** The table with what this service reads differently. */
export function codesWith(overrides: CodeOverrides): ReportCodes {
  const kinds = Object.keys(REPORT_CODES) as ReportKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, { ...REPORT_CODES[kind], ...overrides[kind] }])) as Record<
    ReportKind,
    ReportCode
  >;
}

/** The text of mains lost while the panel is set. DC-09 has one code for the mains, so that it says which of the two it was. */
export const WHILE_SET = 'while set';
