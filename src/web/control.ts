import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '../base/json.ts';

/** A request, such as a referral, fits in one line of this many bytes, and comes at once. */
const longestRequest = 16 * 1024;
const requestWithinMs = 5_000;
/** Commands are run by people and scripts of one house. */
const mostConnections = 8;
/** A client that does not read what it asked for is hung up on. */
const longestBacklog = 1024 * 1024;
/** `sun_path` of sockaddr_un(7), its end included. */
const longestPath = 107;

export type ControlResult = { readonly ok: true } | { readonly ok: false; readonly why: string };

/**
 * Carries out one request: hands over items as they come, then says how it ended. `gone` tells that nobody listens
 * any more. What it throws is our own error and ends the process.
 */
export type ControlHandler = (
  request: JsonObject,
  item: (item: JsonObject) => void,
  gone: AbortSignal,
) => ControlResult | Promise<ControlResult>;

/** An open control socket. */
export interface Control {
  /** Hangs up on everyone and removes the socket. */
  close(): Promise<void>;
}

export type ControlOpened =
  | { readonly ok: true; readonly control: Control }
  | { readonly ok: false; readonly why: string };

/**
 * Opens DIR/control.sock (mode 0600): one JSON line in, `{"do":NAME, …}`; JSON lines out, `{"item":{…}}` any number of
 * times, then `{"done":true}` or `{"error":WHY}`. A socket left by a hub that is gone is replaced; one that answers is not.
 */
export async function openControl(dir: string, handlers: ReadonlyMap<string, ControlHandler>): Promise<ControlOpened> {
  const path = join(dir, 'control.sock');
  if (Buffer.byteLength(path) > longestPath) return { ok: false, why: `${path} is too long a name for a socket` };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, handlers);
  });
  server.maxConnections = mostConnections;
  const trouble = (await listen(server, path)) ?? null;
  if (trouble === null) return { ok: true, control: { close: () => close(server, sockets) } };
  if (trouble !== 'EADDRINUSE') return { ok: false, why: `${path} cannot be opened (${trouble})` };
  const stale = await removeStale(path);
  if (stale !== null) return { ok: false, why: stale };
  const again = await listen(server, path);
  if (again !== null) return { ok: false, why: `${path} cannot be opened (${again})` };
  return { ok: true, control: { close: () => close(server, sockets) } };
}

/** Null when it listens, else the error's code. The socket is never there with a wider mode, not even for a moment. */
function listen(server: Server, path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    server.once('error', failed);
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', failed);
        chmodSync(path, 0o600);
        resolve(null);
      });
    } finally {
      process.umask(before);
    }
  });
}

/** Null when the way is free. */
async function removeStale(path: string): Promise<string | null> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  if (!found.isSocket()) return `${path} is in the way and is no socket; move it elsewhere`;
  if (await answers(path)) return `another hub answers on ${path}`;
  try {
    unlinkSync(path);
    return null;
  } catch {
    return `${path} was left behind and cannot be removed`;
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Refused: nobody holds it any more. Anything else (a full backlog) is a hub that is alive.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

function serve(socket: Socket, handlers: ReadonlyMap<string, ControlHandler>): void {
  const gone = new AbortController();
  socket.on('error', () => {}); // a client that hangs up is no trouble of ours; `close` follows
  socket.on('close', () => gone.abort());
  const hurry = setTimeout(() => socket.destroy(), requestWithinMs);
  socket.on('close', () => clearTimeout(hurry));
  let held = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    held = Buffer.concat([held, chunk]);
    const end = held.indexOf(0x0a);
    if (end < 0 && held.length <= longestRequest) return;
    clearTimeout(hurry);
    socket.off('data', take);
    socket.resume(); // what comes after the first line is not looked at
    const line = end < 0 || end > longestRequest ? null : held.toString('utf8', 0, end);
    void answer(socket, line, handlers, gone.signal);
  };
  socket.on('data', take);
}

function write(socket: Socket, answer: JsonObject): void {
  if (socket.destroyed) return;
  socket.write(`${JSON.stringify(answer)}\n`);
  if (socket.writableLength > longestBacklog) socket.destroy();
}

async function answer(
  socket: Socket,
  line: string | null,
  handlers: ReadonlyMap<string, ControlHandler>,
  gone: AbortSignal,
): Promise<void> {
  const request = line === null ? null : parse(line);
  const name = request?.['do'];
  const handler = typeof name === 'string' ? handlers.get(name) : undefined;
  if (request === null || handler === undefined) {
    write(socket, {
      error: request === null ? 'a request is one JSON object on one line' : 'this hub does not know that request',
    });
  } else {
    const result = await handler(request, (item) => write(socket, { item }), gone);
    write(socket, result.ok ? { done: true } : { error: result.why });
  }
  socket.end();
}

function parse(line: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
