import type { Instant } from '../../base/time.ts';
import type { Clock } from '../../hub/ports.ts';
import { CALL_ENDS, type ModemError, readError } from './errors.ts';

// The conversation with a modem: TS 27.007 and V.250. One command at a time, each with a deadline, and everything the
// modem says of its own accord told apart from what it was asked.

export interface Command {
  readonly text: string;
  /** Lines that belong to the answer; what else comes is news, or noise. */
  readonly expects?: RegExp;
  /** Written after the modem's `> `, and ended with Ctrl-Z. */
  readonly body?: string;
  /** `one`: an `OK` before any expected line is the late end of an earlier command, and is not taken for this one's. */
  readonly lines?: 'one' | 'any';
  /** A final line that says that a call is over. */
  readonly dials?: 'yes';
  readonly deadlineMs: number;
  /** No answer is waited for after this, and it is not begun when too little is left; what waits can wait long. */
  readonly until?: Instant;
  /** Goes ahead of all that wait. */
  readonly urgent?: 'yes';
}

export type Reply =
  | { readonly end: 'ok'; readonly lines: readonly string[] }
  | { readonly end: 'error'; readonly error: ModemError }
  /** No answer in time. `handed`: all of it was given to the modem, which may have acted on it. */
  | { readonly end: 'silent'; readonly handed: boolean }
  /** The port went, or another command got no answer and this one was not begun. */
  | { readonly end: 'gone'; readonly handed: boolean }
  /** Too many wait already, or it waited too long. It was not begun. */
  | { readonly end: 'crowded' };

/** What a modem says without being asked. */
export type News =
  | { readonly type: 'stored'; readonly memory: string; readonly what: 'text' | 'report' }
  | { readonly type: 'arrived'; readonly hex: string }
  /** The answer to a text that was given up on. */
  | { readonly type: 'sent-late'; readonly ref: number }
  | { readonly type: 'registration' }
  | { readonly type: 'call-over'; readonly words: string }
  | { readonly type: 'full' }
  | { readonly type: 'sim' }
  | { readonly type: 'restarted' }
  /** It says back what it is told, as after a start. */
  | { readonly type: 'echo' };

export interface Talk {
  /** Bytes from the modem, cut anywhere. */
  take(bytes: Uint8Array): void;
  ask(command: Command): Promise<Reply>;
  /** Leaves a prompt, should the modem stand at one: Escape sends nothing. */
  escape(): void;
  /** The port is gone: whoever waits is told. */
  end(): void;
}

export interface TalkNeeds {
  readonly clock: Clock;
  readonly write: (text: string) => void;
  readonly news: (news: News) => void;
}

/** Fetch, a few texts of many parts, and a call; more than this is our own fault. */
const MOST_WAITING = 64;
/** The longest line a modem has to say is a text in hexadecimal, some 360 characters. */
const LONGEST_LINE = 2048;
/** A full SIM lists less. */
const MOST_LINES = 1024;
const PROMPT_MS = 5_000;
/** A text that is cut off half way may have left; one that is not begun has not. */
const LEAST_FOR_A_TEXT_MS = 8_000;
const ESCAPE = '\u001b';
const CTRL_Z = '\u001a';

interface Waiting {
  readonly command: Command;
  readonly done: (reply: Reply) => void;
}

interface Running extends Waiting {
  readonly lines: string[];
  readonly endsAt: number;
  handed: boolean;
  cancel: () => void;
}

export function createTalk({ clock, write, news }: TalkNeeds): Talk {
  const queue: Waiting[] = [];
  let running: Running | null = null;
  let held = '';
  /** `+CDS: 27` says that the next line is a report of 27 bytes. */
  let announced = false;
  let ended = false;

  function next(): void {
    if (running !== null) return;
    const waiting = queue.shift();
    if (waiting === undefined) return;
    const { command } = waiting;
    const left = Math.min(command.deadlineMs, (command.until ?? Number.POSITIVE_INFINITY) - clock.now());
    if (left < (command.body === undefined ? 1 : LEAST_FOR_A_TEXT_MS)) {
      waiting.done({ end: 'crowded' });
      next();
      return;
    }
    running = {
      ...waiting,
      lines: [],
      handed: command.body === undefined,
      endsAt: clock.now() + left,
      cancel: () => {},
    };
    arm(command.body === undefined ? left : Math.min(PROMPT_MS, left));
    write(`${command.text}\r`);
  }

  function arm(afterMs: number): void {
    if (running === null) return;
    running.cancel();
    running.cancel = clock.alarm(afterMs, silent);
  }

  /** What waits behind a modem that does not answer is not sent into it: it could be taken for the words of a text. */
  function silent(): void {
    const behind = queue.splice(0);
    finish({ end: 'silent', handed: running?.handed ?? false });
    for (const { done } of behind) done({ end: 'gone', handed: false });
  }

  function finish(reply: Reply): void {
    const over = running;
    if (over === null) return;
    over.cancel();
    running = null;
    over.done(reply);
    next();
  }

  function prompt(): void {
    if (running === null || running.handed || running.command.body === undefined) return;
    held = '';
    running.handed = true;
    arm(running.endsAt - clock.now());
    write(`${running.command.body}${CTRL_Z}`);
  }

  function take(bytes: Uint8Array): void {
    held += Buffer.from(bytes).toString('latin1');
    const lines = held.split(/[\r\n]+/);
    held = lines.pop() ?? '';
    for (const line of lines) hear(line);
    if (/^\s*>\s?$/.test(held)) prompt();
    if (held.length > LONGEST_LINE) held = '';
  }

  function hear(raw: string): void {
    const noise = /[^\x20-\x7e]/.test(raw);
    const line = raw.replace(/[^\x20-\x7e]/g, '').trim();
    if (line === '') return;
    if (isEcho(line)) {
      news({ type: 'echo' });
      return;
    }
    // Of a line with noise in it only the final word is believed, since a digit may be missing from anything else.
    if (noise) {
      if (line === 'OK' || readError(line) !== null) answer(line);
      return;
    }
    if (announced) {
      announced = false;
      if (/^[0-9A-Fa-f]{16,}$/.test(line)) {
        news({ type: 'arrived', hex: line });
        return;
      }
    }
    answer(line);
  }

  function isEcho(line: string): boolean {
    const command = running?.command;
    return command !== undefined && (line === command.text || line.replace(/^> ?/, '') === command.body);
  }

  function answer(line: string): void {
    if (/^\+(?:CDS|CMT): ?(?:.*,)?\d+$/.test(line)) {
      announced = true;
    } else if (running !== null && isFinal(running, line)) {
      conclude(running, line);
    } else if (running?.handed === true && running.command.expects?.test(line) === true) {
      // Before its text was handed over, a `+CMGS` is the late answer to another.
      if (running.lines.length < MOST_LINES) running.lines.push(line);
    } else {
      const told = readNews(line);
      if (told !== null) news(told);
    }
  }

  return {
    take,
    ask(command) {
      if (ended) return Promise.resolve({ end: 'gone', handed: false });
      if (queue.length >= MOST_WAITING) return Promise.resolve({ end: 'crowded' });
      return new Promise((done) => {
        if (command.urgent === 'yes') queue.unshift({ command, done });
        else queue.push({ command, done });
        next();
      });
    },
    escape: () => write(`${ESCAPE}\r`),
    end() {
      ended = true;
      const waiting = queue.splice(0);
      finish({ end: 'gone', handed: running?.handed ?? false });
      for (const { done } of waiting) done({ end: 'gone', handed: false });
    },
  };

  function conclude(over: Running, line: string): void {
    const error = readError(line) ?? callEnd(line);
    if (error !== null) finish({ end: 'error', error });
    else if (over.command.lines !== 'one' || over.lines.length > 0) finish({ end: 'ok', lines: over.lines });
  }
}

const isFinal = ({ command }: Running, line: string): boolean =>
  line === 'OK' || readError(line) !== null || (command.dials === 'yes' && callEnd(line) !== null);

function callEnd(line: string): ModemError | null {
  const words = CALL_ENDS[line];
  return words === undefined ? null : { family: 'call', code: null, words };
}

function readNews(line: string): News | null {
  const stored = /^\+(CMTI|CDSI): ?"(\w{2,4})", ?\d+/.exec(line);
  if (stored !== null)
    return { type: 'stored', memory: stored[2] ?? '', what: stored[1] === 'CMTI' ? 'text' : 'report' };
  const late = /^\+CMGS: ?(\d{1,3})\b/.exec(line);
  if (late !== null) return { type: 'sent-late', ref: Number(late[1]) };
  const over = callEnd(line);
  if (over !== null) return { type: 'call-over', words: over.words };
  if (/^VOICE CALL: ?END/.test(line)) return { type: 'call-over', words: 'the call ended' };
  if (/^\+C(?:E|G)?REG:/.test(line)) return { type: 'registration' };
  if (/^\+CPIN:|^\+SIMCARD:|^\^SIMST:/.test(line)) return { type: 'sim' };
  if (/^\+SMSFULL|^\+SMS ?FULL|^\^SMMEMFULL|^\+CMS ERROR: ?322$/i.test(line)) return { type: 'full' };
  // What modems say when they come up by themselves, after a brown-out for one: all settings are lost.
  if (/^(?:RDY|\^SYSSTART|NORMAL POWER DOWN|UNDER-VOLTAGE POWER DOWN)$/i.test(line)) {
    return { type: 'restarted' };
  }
  return null;
}
