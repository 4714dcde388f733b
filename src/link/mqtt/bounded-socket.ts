import type { Socket } from 'node:net';
import { createFrameMeter } from './framing.ts';
import { MAX_BACKLOG_BYTES, MAX_PACKET_BYTES } from './limits.ts';

/** A connection that can neither flood the hub nor hold it up. */
export interface BoundedSocket {
  readonly socket: Socket;
  /** To be called now and then: cuts the connection off when it took nothing since the last look. */
  look(): void;
}

/**
 * Puts bounds on a fresh connection, in place: a wrapping stream would cost every message another hop.
 *
 * - Reading: a packet that announces more than the limit closes the connection before its body is collected.
 * - Writing: `write` never asks the writer to wait. aedes would wait for this one client with everybody else's
 *   messages in hand; here a client that does not read has a bounded backlog, and is cut off beyond it.
 *
 * `cutOff` is told once why the connection had to go.
 */
export function boundSocket(socket: Socket, cutOff: (why: string) => void): BoundedSocket {
  const meter = createFrameMeter(MAX_PACKET_BYTES);
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let takenAtLastLook = -1;

  function cut(why: string): void {
    if (socket.destroyed) return;
    cutOff(why);
    socket.destroy();
  }

  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    if (chunk === null || meter.accepts(chunk)) return chunk;
    cut('a packet over the size limit');
    return null;
  };

  socket.write = (...args: unknown[]) => {
    if (socket.destroyed) return true;
    write(...args);
    if (socket.writableLength > MAX_BACKLOG_BYTES) cut('a client that does not read');
    return true;
  };

  return {
    socket,
    look() {
      const taken = socket.bytesWritten - socket.writableLength;
      const stalled = socket.writableLength > 0 && taken === takenAtLastLook;
      takenAtLastLook = taken;
      if (stalled) cut('a client that does not read');
    },
  };
}
