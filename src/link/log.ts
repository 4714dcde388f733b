import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
import type { JsonObject } from '../base/json.ts';
import type { Log } from '../hub/ports.ts';
import { openOutput } from './output.ts';
import { scrubFacts, scrubText } from './scrub.ts';

const levels = ['info', 'warn', 'error', 'silent'] as const;
type Level = (typeof levels)[number];

/** How the log is written. */
export interface LogOptions {
  /** `LANTERN_LOG`: info (the default), warn, error or silent. */
  readonly level?: string | undefined;
  /** `lines`: one JSON object a line. `terminal`: one line for a person. */
  readonly form: 'lines' | 'terminal';
  /** Where the lines go instead of stdout. */
  readonly destination?: DestinationStream;
}

/** The program's log, with a way to see it out before the process ends. */
export interface ProgramLog extends Log {
  /** Writes what waits, at once. A dead reader makes it give up, not wait. */
  flush(): void;
}

const readLevel = (text: string | undefined): Level | undefined => levels.find((level) => level === text);

const plain = (text: string): string => text.replace(/\p{Cc}/gu, '?');

/** `20:29:00 warn  message  field=value`, for a person at a terminal. */
export function formatForTerminal(line: string): string {
  const { time, level, msg, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(facts).map(
    ([field, value]) => `  ${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const clock = String(time).slice(11, 19);
  return `${plain(`${clock} ${String(level).padEnd(5)} ${String(msg)}${fields.join('')}`)}\n`;
}

const forTerminal = (to: DestinationStream): DestinationStream => ({
  write: (line) => to.write(formatForTerminal(line)),
});

/** Fields of the line itself; facts of the same name get a `_`, so that a line never has one field twice. */
const own = new Set(['level', 'time', 'msg']);

function separate(facts: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).map(([field, value]) => [own.has(field) ? `${field}_` : field, value]),
  );
}

/**
 * The program's log: one line an entry, `{"level","time","msg", …facts}`, to stdout. Whatever the caller hands in, no
 * phone number and no field that holds a code, a password or a token gets out. Writing never throws and never waits.
 */
export function createLog(options: LogOptions): ProgramLog {
  const stdout = options.destination === undefined ? openOutput(1) : null;
  const to = options.destination ?? stdout;
  if (to === null) throw new Error('a log needs somewhere to write to');
  const level = readLevel(options.level);
  const logger = pino(
    {
      level: level ?? 'info',
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.form === 'terminal' ? forTerminal(to) : to,
  );
  const write =
    (at: 'info' | 'warn' | 'error') =>
    (facts: JsonObject, message: string): void =>
      logger[at](separate(scrubFacts(facts)), '%s', scrubText(message));
  const log: ProgramLog = {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    flush() {
      stdout?.flush();
    },
  };
  if (options.level !== undefined && options.level !== '' && level === undefined) {
    log.warn({ known: [...levels] }, 'LANTERN_LOG names no level; writing info and above');
  }
  return log;
}
