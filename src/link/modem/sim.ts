import { randomBytes } from 'node:crypto';
import type { Log } from '../../hub/ports.ts';
import { decidePin, hashPin, isHashOf, type Kept, readTried, type SimAsks, type Tried } from './pin.ts';
import type { Quirks } from './quirks.ts';
import { readTriesLeft, type Sim } from './state.ts';
import type { Command, Reply } from './talk.ts';

export interface SimNeeds {
  readonly pin: string | null;
  readonly kept: Kept;
  readonly log: Log;
  readonly order: (text: string, more?: Partial<Command>) => Promise<Reply>;
  /** The same, with patience for a SIM that is busy. */
  readonly patient: (text: string, more?: Partial<Command>) => Promise<Reply>;
  readonly wait: (ms: number) => Promise<void>;
  readonly quirks: () => Quirks;
}

export interface SimAsked {
  readonly sim: Sim;
  /** Why no text can leave; null: the SIM is ready. */
  readonly why: string | null;
}

const PIN_MS = 10_000;
const OPENING_TRIES = 15;
const OPENING_WAIT_MS = 1_000;
const TRIES_COMMANDS = {
  cpinr: 'AT+CPINR',
  spic: 'AT+SPIC',
  qpinc: 'AT+QPINC="SC"',
} as const;
const MISSING: SimAsked = { sim: 'missing', why: 'there is no SIM in the modem, or it is not seated' };
const FAILED: SimAsked = { sim: 'failed', why: 'the modem cannot read the SIM; take it out and put it in again' };

/** Asks how the SIM is and opens it where that is safe: see `decidePin`. `lost`: the modem fell silent. */
export function createSim(needs: SimNeeds): { ask(): Promise<SimAsked | 'lost'> } {
  let entering: Promise<SimAsked | 'lost'> | null = null;
  /** The process remembers too, should what was kept be gone. */
  let triedHere: Tried | null = null;

  async function ask(): Promise<SimAsked | 'lost'> {
    const reply = await needs.patient('AT+CPIN?', { expects: /^\+CPIN:/ });
    if (reply.end !== 'ok' && reply.end !== 'error') return 'lost';
    const asks = reply.end === 'ok' ? readAsks(reply.lines.at(-1) ?? '') : askedByError(reply.error.code);
    if (asks === 'missing') return MISSING;
    if (asks === 'failed') return FAILED;
    if (asks === 'nothing') {
      await opened();
      return { sim: 'ready', why: null };
    }
    // Two at once would cost two tries.
    entering ??= open(asks).finally(() => {
      entering = null;
    });
    return entering;
  }

  /** It is open, by us or by somebody else: a try whose end was not seen went well. */
  async function opened(): Promise<void> {
    const tried = triedBefore();
    if (tried?.outcome === 'open') await remember({ ...tried, outcome: 'accepted' });
  }

  const triedBefore = (): Tried | null => readTried(needs.kept.get()) ?? triedHere;

  function remember(tried: Tried): Promise<boolean> {
    triedHere = tried;
    return needs.kept.set(JSON.stringify(tried));
  }

  async function open(asks: SimAsks): Promise<SimAsked | 'lost'> {
    const { pin } = needs;
    const sim: Sim = asks === 'puk' ? 'puk' : 'pin';
    const triesLeft = asks === 'pin' ? await askTriesLeft() : null;
    if (triesLeft === 'lost') return 'lost';
    const tried = triedBefore();
    const sameAsTried = pin !== null && tried !== null && isHashOf(pin, tried.hash);
    const decided = decidePin({ asks, pin, triesLeft, tried, sameAsTried });
    if (decided.do === 'nothing') return { sim: 'ready', why: null };
    if (decided.do === 'leave') return { sim, why: decided.why };
    return enter(decided.pin, triesLeft ?? 0);
  }

  async function askTriesLeft(): Promise<number | null | 'lost'> {
    for (const way of needs.quirks().triesLeft) {
      const reply = await needs.order(TRIES_COMMANDS[way], { expects: /^\+(?:CPINR|SPIC|QPINC):/ });
      if (reply.end !== 'ok' && reply.end !== 'error') return 'lost';
      const left = reply.end === 'ok' ? readTriesLeft(reply.lines) : null;
      if (left !== null) return left;
    }
    return null;
  }

  async function enter(pin: string, before: number): Promise<SimAsked | 'lost'> {
    const tried: Tried = { hash: hashPin(pin, randomBytes(16)), before, outcome: 'open' };
    if (!(await remember(tried))) {
      return {
        sim: 'pin',
        why: 'that the PIN is tried could not be remembered, so it is not tried; look at the data directory',
      };
    }
    const reply = await needs.order(`AT+CPIN="${pin}"`, { deadlineMs: PIN_MS });
    if (reply.end !== 'ok' && reply.end !== 'error') return 'lost';
    // Busy: the SIM has not looked at it. Whether that cost a try shows when the tries left are asked for again.
    if (reply.end === 'error' && reply.error.code === 14) return { sim: 'pin', why: 'the SIM is busy' };
    if (reply.end === 'error') {
      await remember({ ...tried, outcome: 'refused' });
      needs.log.error({}, 'the SIM refused the PIN; it is not tried again until the config changes');
      return { sim: 'pin', why: 'the SIM refused the PIN and it is not tried again; correct it in the config' };
    }
    await remember({ ...tried, outcome: 'accepted' });
    return waitUntilOpen();
  }

  async function waitUntilOpen(): Promise<SimAsked | 'lost'> {
    for (let tries = 0; tries < OPENING_TRIES; tries += 1) {
      const reply = await needs.order('AT+CPIN?', { expects: /^\+CPIN:/ });
      if (reply.end !== 'ok' && reply.end !== 'error') return 'lost';
      if (reply.end === 'ok' && readAsks(reply.lines.at(-1) ?? '') === 'nothing') return { sim: 'ready', why: null };
      await needs.wait(OPENING_WAIT_MS);
    }
    return FAILED;
  }

  return { ask };
}

function readAsks(line: string): SimAsks | 'missing' | 'failed' {
  const said = line
    .replace(/^\+CPIN: ?/, '')
    .trim()
    .toUpperCase();
  if (said === 'READY') return 'nothing';
  if (said === 'SIM PIN') return 'pin';
  if (said === 'SIM PUK') return 'puk';
  if (said === 'NOT INSERTED') return 'missing';
  return said === '' || said === 'NOT READY' ? 'failed' : 'other';
}

function askedByError(code: number | null): SimAsks | 'missing' | 'failed' {
  switch (code) {
    case 10:
    case 310:
      return 'missing';
    case 11:
    case 311:
      return 'pin';
    case 12:
    case 316:
      return 'puk';
    case null: // a plain ERROR is what older modems say to a missing SIM
      return 'missing';
    default:
      return 'failed';
  }
}
