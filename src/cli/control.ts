import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Json, JsonObject } from '../base/json.ts';
import type { Refused } from './deps.ts';

/** One answer line of a hub is no longer than this. */
const longestLine = 256 * 1024;
/** `sun_path` of sockaddr_un(7), its end included. */
const longestPath = 107;

export interface ControlRequest {
  readonly do: string;
  readonly [field: string]: Json;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(line: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function unreachableHub(dir: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `no hub is running on ${dir}; start it with: lantern run --config FILE --data ${dir}`;
    case 'EACCES':
      return `the hub on ${dir} belongs to another user; run this command as that user or as root`;
    default:
      return `the hub on ${dir} cannot be reached (${error.code ?? error.message})`;
  }
}

/** `hub: absent`: none runs there, so a command may do by itself what it would have asked for. */
type Ended = { readonly ok: true } | (Refused & { readonly hub?: 'absent' });

const isAbsent = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT' || error.code === 'ECONNREFUSED';

/**
 * Sends one request to the hub that runs on `dir` and hands over each item of its answer. Ends with the hub's last line,
 * and gives up when it says nothing for `patienceMs`. Never throws.
 */
export function askHub(
  dir: string,
  request: ControlRequest,
  patienceMs: number,
  onItem: (item: JsonObject) => void,
): Promise<Ended> {
  const path = join(dir, 'control.sock');
  if (Buffer.byteLength(path) > longestPath) {
    return Promise.resolve({
      ok: false,
      why: `${path} is too long a name for a socket; name the directory by a shorter path`,
    });
  }
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const end = (result: Ended): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(patienceMs, () => end({ ok: false, why: 'the hub does not answer' }));
    socket.on('error', (error) => {
      const why = unreachableHub(dir, error);
      end(isAbsent(error) ? { ok: false, why, hub: 'absent' } : { ok: false, why });
    });
    socket.on('close', () => resolve({ ok: false, why: 'the hub closed the connection before it was done' }));
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    readAnswers(socket, onItem, end);
  });
}

function readAnswers(socket: Socket, onItem: (item: JsonObject) => void, end: (result: Ended) => void): void {
  let held = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    held += chunk;
    for (let at = held.indexOf('\n'); at >= 0 && !socket.destroyed; at = held.indexOf('\n')) {
      const answer = parse(held.slice(0, at));
      held = held.slice(at + 1);
      if (answer === null)
        end({ ok: false, why: 'the hub gave an answer that cannot be read; is it of another version?' });
      else if (isObject(answer['item'])) onItem(answer['item']);
      else if (answer['done'] === true) end({ ok: true });
      else
        end({
          ok: false,
          why: typeof answer['error'] === 'string' ? answer['error'] : 'the hub refused without a reason',
        });
    }
    if (held.length > longestLine) end({ ok: false, why: 'the hub gave an answer that is too long' });
  });
}
