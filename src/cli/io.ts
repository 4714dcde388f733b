import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

/** Where a command reads and writes; replaced in tests. */
export interface CliIo {
  readonly stdin: Readable;
  /** A person types here, and can be asked. */
  readonly interactive: boolean;
  /** Columns of the output; null when it is no terminal. */
  readonly columns: number | null;
  /** Resolves when there is room for more. */
  out(text: string): Promise<void>;
  err(text: string): void;
  /** Asks for a line; null when the person gave up, or `over` ended the question. */
  ask(question: string, over: AbortSignal): Promise<string | null>;
  /** Asks for a line that is not shown; null when the person gave up. */
  askHidden(question: string): Promise<string | null>;
  /** Lets so many milliseconds pass, fewer when told to stop. */
  pause(ms: number): Promise<void>;
  /** Ends what goes on until it is stopped (`--follow`). */
  readonly stop: AbortSignal;
}

/** Reads one line from a terminal without showing it. */
async function askHidden(question: string): Promise<string | null> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let typed = '';
  try {
    for await (const chunk of stdin) {
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n') return typed;
        if (key === '\u0003' || key === '\u0004') return null; // Ctrl-C, Ctrl-D
        if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1);
        else if (typed.length < 256) typed += key;
      }
    }
    return null;
  } finally {
    stderr.write('\n');
  }
}

/** Reads one line from a terminal, shown as it is typed. */
function ask(question: string, over: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    const end = (): void => lines.close();
    lines.on('close', () => {
      over.removeEventListener('abort', end);
      resolve(null);
    });
    over.addEventListener('abort', end);
    lines.on('SIGINT', end);
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

/** The real terminal. A reader who has seen enough (`| head`) ends the program quietly. */
export function processIo(): CliIo {
  const { stdin, stdout, stderr } = process;
  const quietly = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') process.exit(0);
    process.exit(1);
  };
  stdout.on('error', quietly);
  stderr.on('error', quietly);
  const stop = new AbortController();
  return {
    stdin,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    columns: stdout.isTTY === true ? stdout.columns : null,
    async out(text) {
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    err: (text) => void stderr.write(text),
    ask,
    async askHidden(question) {
      try {
        return await askHidden(question);
      } finally {
        stdin.setRawMode(false);
        stdin.pause();
      }
    },
    pause: (ms) => wait(ms, undefined, { signal: stop.signal }).catch(() => {}), // told to stop
    stop: stop.signal,
  };
}

/** All of a stream up to `limit` bytes; null when there is more. */
export async function readAll(stream: Readable, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > limit) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/**
 * The lines of a stream as bytes, without their end (LF or CR LF); a last one without an end counts when it is not empty. A line
 * over `limit` bytes comes as null.
 */
export async function* readLines(stream: Readable, limit: number): AsyncGenerator<Buffer | null> {
  let held: Buffer[] = [];
  let size = 0;
  const take = (): Buffer | null => {
    const line = size > limit ? null : Buffer.concat(held);
    held = [];
    size = 0;
    return line?.at(-1) === 0x0d ? line.subarray(0, -1) : line;
  };
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      size += end;
      if (size <= limit) held.push(rest.subarray(0, end));
      yield take();
      rest = rest.subarray(end + 1);
    }
    size += rest.length;
    if (size <= limit) held.push(rest);
    else held = [];
  }
  if (size > 0) yield take();
}

/** One line for a terminal: no control character of what is shown reaches it. */
export const plain = (text: string): string => text.replace(/\p{Cc}/gu, '?');
