// What is known of a modem, and its answers read into that.

export type Sim = 'unknown' | 'ready' | 'missing' | 'pin' | 'puk' | 'failed';
export type Registration = 'unknown' | 'home' | 'roaming' | 'searching' | 'denied' | 'none' | 'emergency-only';
/** `mending`: it gave no answer, and is being brought back. `silent`: that has not helped, and is tried again and again. */
export type Conversation = 'closed' | 'starting' | 'up' | 'mending' | 'silent';

export interface Signal {
  readonly dbm: number;
  readonly words: 'strong' | 'good' | 'fair' | 'weak' | 'hardly any';
}

/** Everything a person is shown; no number to ring and no identity of SIM or modem is in it. */
export interface ModemState {
  readonly port: string;
  readonly conversation: Conversation;
  /** What is being done about silence; null: nothing has to be. */
  readonly step: string | null;
  /** Maker and model as the modem says them; null: not asked yet. */
  readonly model: string | null;
  /** Which description of modems it is treated by. */
  readonly quirks: string;
  readonly sim: Sim;
  readonly registration: Registration;
  readonly operator: string | null;
  /** Null: not known, or none. */
  readonly signal: Signal | null;
  /** Texts in its memory, and room for them. */
  readonly stored: { readonly used: number; readonly total: number } | null;
  /** Why no text can leave now, with a remedy where there is one; null: nothing speaks against it. */
  readonly trouble: string | null;
}

const REGISTRATION: Readonly<Record<number, Registration>> = {
  0: 'none',
  1: 'home',
  2: 'searching',
  3: 'denied',
  4: 'unknown',
  5: 'roaming',
  6: 'home',
  7: 'roaming',
  8: 'emergency-only',
  9: 'home',
  10: 'roaming',
};

/** TS 27.007 7.2 and 10.1.22, the answer to a question: `+CREG: 0,1`. News have one number less, and are not this. */
export function readRegistration(lines: readonly string[]): Registration {
  const found = /^\+CE?REG: ?\d,(\d{1,2})\b/.exec(lines.at(-1) ?? '');
  return REGISTRATION[Number(found?.[1] ?? 4)] ?? 'unknown';
}

const RANK: readonly Registration[] = ['home', 'roaming', 'emergency-only', 'denied', 'searching', 'none', 'unknown'];

/** Of the two networks a modem can be in, the one that carries texts. */
export const better = (a: Registration, b: Registration): Registration => (RANK.indexOf(a) <= RANK.indexOf(b) ? a : b);

/** Null: on a network that carries texts, or not known to be off it. */
export function unregistered(registration: Registration): string | null {
  switch (registration) {
    case 'home':
    case 'roaming':
    case 'unknown':
      return null;
    case 'searching':
      return 'the modem finds no network; look at its antenna';
    case 'denied':
      return 'the network refuses this SIM; ask its operator whether it is active';
    case 'emergency-only':
      return 'the network allows this SIM emergency calls only';
    case 'none':
      return 'the modem is in no network and does not look for one';
  }
}

/** TS 27.007 8.5: 0 is -113 dBm or less, each step 2 dB, 99 not known. */
export function readCsq(lines: readonly string[]): Signal | null {
  const found = /^\+CSQ: ?(\d{1,2}),/.exec(lines.at(-1) ?? '');
  const steps = found === null ? 99 : Number(found[1]);
  return steps > 31 ? null : signal(-113 + 2 * steps);
}

/** TS 27.007 8.69, the last of six: RSRP of LTE, 0 is -140 dBm or less, each step 1 dB, 255 not known. */
export function readCesq(lines: readonly string[]): Signal | null {
  const found = /^\+CESQ: ?(?:\d+,){5}(\d{1,3})/.exec(lines.at(-1) ?? '');
  const steps = found === null ? 255 : Number(found[1]);
  return steps > 97 ? null : { dbm: -140 + steps, words: wordsFor(-140 + steps, LTE) };
}

/** Where strong, good, fair and weak begin. LTE measures one carrier of many, so its numbers are lower for the same. */
const GSM = [-71, -83, -93, -107] as const;
const LTE = [-80, -95, -105, -115] as const;
const WORDS = ['strong', 'good', 'fair', 'weak'] as const;

const signal = (dbm: number): Signal => ({ dbm, words: wordsFor(dbm, GSM) });

const wordsFor = (dbm: number, from: readonly number[]): Signal['words'] =>
  WORDS[from.findIndex((least) => dbm >= least)] ?? 'hardly any';

/** `+COPS: 0,0,"NAME",7`. */
export const readOperator = (lines: readonly string[]): string | null =>
  /^\+COPS: ?\d,\d,"([^"]{1,40})"/.exec(lines.at(-1) ?? '')?.[1] ?? null;

/** `+CPMS: "SM",3,20,…`. */
export function readStored(lines: readonly string[]): ModemState['stored'] {
  const found = /^\+CPMS: ?"\w+",(\d{1,4}),(\d{1,4})/.exec(lines.at(-1) ?? '');
  return found === null ? null : { used: Number(found[1]), total: Number(found[2]) };
}

/** Tries left for the PIN, of the three ways there are to be told. */
export function readTriesLeft(lines: readonly string[]): number | null {
  const line = lines.find((one) => /SIM PIN,|^\+SPIC:|"SC",/.test(one)) ?? '';
  const found =
    /^\+CPINR: ?"?SIM PIN"?, ?(\d{1,2})/.exec(line) ??
    /^\+SPIC: ?(\d{1,2})/.exec(line) ??
    /^\+QPINC: ?"SC", ?(\d{1,2})/.exec(line);
  return found === null ? null : Number(found[1]);
}
