import { scryptSync, timingSafeEqual } from 'node:crypto';

// When a PIN may be tried. Three wrong ones block a SIM, and only the letter it came with opens it again: on a hub that
// restarts by itself a wrong PIN in the config would do that within a minute.

/** What the SIM waits for, as `AT+CPIN?` says it. */
export type SimAsks = 'nothing' | 'pin' | 'puk' | 'other';

/** Where it is remembered that a PIN was tried; it has to outlive the process. */
export interface Kept {
  /** What was last kept; null: nothing. */
  get(): string | null;
  /** False: it could not be made durable. */
  set(text: string): Promise<boolean>;
}

/** Kept before a PIN is tried, so that a stop in between is not forgotten. `before`: tries that were left then. */
export interface Tried {
  readonly hash: string;
  readonly before: number;
  readonly outcome: 'open' | 'refused' | 'accepted';
}

export type PinDecision =
  | { readonly do: 'nothing' }
  | { readonly do: 'enter'; readonly pin: string }
  | { readonly do: 'leave'; readonly why: string };

/** With fewer than this left a wrong PIN could be the one that blocks the SIM. */
const LEAST_TRIES = 2;

/** Decides on what is known; `sameAsTried`: the PIN in the config is the one tried last. */
export function decidePin(known: {
  readonly asks: SimAsks;
  readonly pin: string | null;
  /** Null: the modem does not say. */
  readonly triesLeft: number | null;
  readonly tried: Tried | null;
  readonly sameAsTried: boolean;
}): PinDecision {
  const { asks, pin, triesLeft, tried, sameAsTried } = known;
  if (asks === 'nothing') return { do: 'nothing' };
  if (asks === 'puk') {
    return leave(
      'the SIM is blocked and asks for its PUK; put it in a phone and enter the PUK from the letter it came with',
    );
  }
  if (asks === 'other') return leave('the SIM or the modem asks for a code that is not its PIN; use another SIM');
  if (pin === null)
    return leave('the SIM asks for a PIN and the config has none; add it, or switch the PIN off in a phone');
  if (!/^\d{4,8}$/.test(pin)) return leave('the PIN in the config is not four to eight digits; correct it');
  if (sameAsTried && tried !== null && wasRefused(tried, triesLeft)) {
    return leave('the SIM refused this PIN and it is not tried again; correct it in the config');
  }
  if (triesLeft === null) {
    return leave(
      'this modem does not say how many tries the PIN has left, so none is risked; switch the PIN off in a phone',
    );
  }
  if (triesLeft < LEAST_TRIES) {
    return leave(
      `the PIN has ${triesLeft} ${triesLeft === 1 ? 'try' : 'tries'} left and is not risked; enter it once in a phone`,
    );
  }
  return { do: 'enter', pin };
}

const leave = (why: string): PinDecision => ({ do: 'leave', why });

/** A try whose end was not seen was refused if it cost one; where that cannot be told, it counts as refused. */
function wasRefused({ outcome, before }: Tried, triesLeft: number | null): boolean {
  if (outcome === 'open') return triesLeft === null || triesLeft < before;
  return outcome === 'refused';
}

/** A PIN has few possibilities, so what is kept of a refused one is salted and made slow to guess. */
export function hashPin(pin: string, salt: Uint8Array): string {
  const hash = scryptSync(pin, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
  return `${Buffer.from(salt).toString('hex')}:${hash.toString('hex')}`;
}

export function isHashOf(pin: string, hash: string): boolean {
  const parts = /^([0-9a-f]{2,64}):[0-9a-f]{64}$/.exec(hash);
  if (parts === null) return false;
  const again = hashPin(pin, Buffer.from(parts[1] ?? '', 'hex'));
  return timingSafeEqual(Buffer.from(again), Buffer.from(hash));
}

/** Null: nothing kept, or not by us. */
export function readTried(text: string | null): Tried | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { hash, before, outcome } = value as Record<string, unknown>;
    if (typeof hash !== 'string' || typeof before !== 'number') return null;
    if (outcome !== 'open' && outcome !== 'refused' && outcome !== 'accepted') return null;
    return { hash, before, outcome };
  } catch {
    return null;
  }
}
