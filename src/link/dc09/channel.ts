import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

/** Where a receiver listens. */
export interface Dc09Target {
  readonly host: string;
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
}

/** A way to one receiver, for one message and its answer. */
export interface Channel {
  write(bytes: Uint8Array): void;
  close(): void;
}

export interface ChannelEvents {
  opened(): void;
  heard(chunk: Uint8Array): void;
  /** Nothing more will come; the system's short word for it. */
  ended(why: string): void;
}

/** Opens the way; what becomes of it comes through `events`, and nothing comes after `close`. Never throws. */
export function openChannel(target: Dc09Target, events: ChannelEvents): Channel {
  let open = true;
  const whileOpen: ChannelEvents = {
    opened: () => open && events.opened(),
    heard: (chunk) => open && events.heard(chunk),
    ended(why) {
      if (!open) return;
      open = false;
      events.ended(why);
    },
  };
  const channel = target.transport === 'tcp' ? openTcp(target, whileOpen) : openUdp(target, whileOpen);
  return {
    write: channel.write,
    close() {
      open = false;
      channel.close();
    },
  };
}

function openTcp({ host, port }: Dc09Target, events: ChannelEvents): Channel {
  const socket = connect({ host, port, noDelay: true });
  socket.on('connect', events.opened);
  socket.on('data', events.heard);
  socket.on('error', (error) => events.ended(reason(error)));
  socket.on('close', () => events.ended('the receiver closed the connection'));
  return { write: (bytes) => socket.write(bytes), close: () => socket.destroy() };
}

function openUdp({ host, port }: Dc09Target, events: ChannelEvents): Channel {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  socket.on('message', events.heard);
  socket.on('error', (error) => {
    events.ended(reason(error));
    close();
  });
  socket.on('connect', events.opened);
  let closed = false;
  function close(): void {
    if (closed) return;
    closed = true;
    socket.close();
  }
  // Connected: datagrams of anybody else never arrive, and a port nobody listens on is known at once.
  socket.connect(port, host);
  return {
    write(bytes) {
      if (closed) return;
      try {
        socket.send(bytes, () => {});
      } catch (error) {
        events.ended(reason(error));
      }
    },
    close,
  };
}

/** The system's own short word; never the message, which quotes addresses. */
const reason = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'the connection failed';
