import { EventEmitter } from 'node:events';
import type { SerialPort } from 'serialport';
import type { Clock } from '../../hub/ports.ts';
import { askFirmware, askVersion } from './frames.ts';
import type { Packages } from './packages.ts';
import type { BoardPins } from './pins.ts';
import { closePort } from './port.ts';

// One board on one open port: from the first byte to the last. johnny-five reconnects nothing and firmata-io throws at what it
// does not expect, so a connection that has gone wrong is ended and a new one made.

/** From the opening of the port to the end of what a board says of itself. A boot loader takes up to 2 s of it. */
export const handshakeMs = 10_000;
const askAgainMs = 1000;
/** The longest message a board has for us is the list of its pins: some 1,200 bytes for the 70 pins of a Mega. */
const longestMessage = 4096;
/** A port that has taken nothing of so much is not going to. */
const longestQueue = 4096;

/** What a connection tells. Nothing comes after `ended`. */
export interface Ears {
  /** The board has said what it is; `fullScale` is what its converter says of its supply voltage. */
  ready(pins: BoardPins, fullScale: number): void;
  /** It answered `askVersion`. */
  version(): void;
  /** It answered `askState`: the mode of a pin, and what was last written to it. */
  state(pin: number, mode: number, value: number): void;
  ended(why: string): void;
}

export interface Connection {
  write(bytes: readonly number[]): void;
  readDigital(pin: number, heard: (value: number) => void): void;
  readAnalog(channel: number, heard: (value: number) => void): void;
  setInput(pin: number, mode: number): void;
  /** Calls back with what the board says of this pin in answer to `askState`. */
  watchState(pin: number): void;
  /** Closes the port. Resolves when it is closed. */
  end(): Promise<void>;
}

export function connect(
  id: string,
  baud: number,
  port: SerialPort,
  { Board, Firmata }: Packages,
  clock: Clock,
  ears: Ears,
): Connection {
  // firmata-io is given this in place of the port, so that what it throws at a bad message ends here.
  const line = Object.assign(new EventEmitter(), {
    write(bytes: Uint8Array, done?: () => void) {
      if (over) return;
      if (port.writableLength > longestQueue) fail('takes no more bytes; it hangs, or its cable is loose');
      else port.write(bytes, done);
    },
  });
  const io = new Firmata(line, { reportVersionTimeout: 6 * handshakeMs });
  const board = new Board({ id, io, repl: false, debug: false, sigint: false, timeout: 6 * handshakeMs });
  const waiting: (() => void)[] = [];
  let over = false;
  let heardBytes = false;
  let state: 'silent' | 'version' | 'firmware' | 'ready' = 'silent';

  /** What happens from here on is ours, and may throw: it runs outside the parser, whose errors are the board's. */
  const later = (act: () => void): void => {
    waiting.push(act);
  };

  function feed(bytes: Uint8Array): void {
    heardBytes = true;
    let broken: string | null = null;
    try {
      line.emit('data', bytes);
    } catch (error) {
      broken = String(error);
    }
    for (const act of waiting.splice(0)) if (!over) act();
    if (broken !== null) fail(`sent what is no Firmata (${broken}); look at its cable and baud:`);
    // Neither of these has a bound in the parser.
    else if (io.buffer.length > longestMessage || io.analogPins.length > io.pins.length) {
      fail('sent a message without end; look at its cable and baud:');
    }
  }

  function ask(): void {
    if (state === 'firmware' || state === 'ready') return;
    line.write(Uint8Array.from([...askVersion, ...askFirmware]));
    stopAsking = clock.alarm(askAgainMs, ask);
  }

  function onReady(): void {
    state = 'ready';
    stopDeadline();
    ears.ready({ modes: io.pins.map((pin) => pin.supportedModes), analog: io.analogPins }, io.RESOLUTION.ADC ?? 1023);
  }

  function onFirmware(): void {
    // Once it is ready it is not asked for this: it says so when it starts, and then has forgotten every pin.
    if (state === 'ready') fail('started anew, by its reset button or for want of power');
    else state = 'firmware';
  }

  function fail(why: string): void {
    if (over) return;
    void end();
    ears.ended(why);
  }

  async function end(): Promise<void> {
    if (!over) {
      over = true;
      stopDeadline();
      stopAsking();
      clearTimeout(io.reportVersionTimeoutId);
      if (board.timer !== null) clearTimeout(board.timer);
      for (const emitter of [io, board, line]) emitter.removeAllListeners();
      // johnny-five keeps every board that ever was.
      const kept = Board.cache.indexOf(board);
      if (kept >= 0) Board.cache.splice(kept, 1);
      port.off('data', feed);
      port.off('close', onClose);
    }
    await closePort(port);
  }

  function onClose(): void {
    fail('was unplugged');
  }

  function silence(): string {
    if (!heardBytes) return 'is there, but says nothing; load StandardFirmata on to it';
    if (state === 'silent')
      return `says nothing that is Firmata; load StandardFirmata on to it, or mend baud: (${baud})`;
    return 'stopped in the middle of saying what it is; look at its cable';
  }

  let stopAsking = (): void => {};
  const stopDeadline = clock.alarm(handshakeMs, () => fail(silence()));
  board.on('error', () => {});
  board.once('ready', () => later(onReady));
  io.on('reportversion', () => {
    if (state === 'silent') state = 'version';
    later(ears.version);
  });
  io.on('queryfirmware', () => later(onFirmware));
  port.on('data', feed);
  port.on('close', onClose);
  line.emit('open');
  ask();

  return {
    write: (bytes) => line.write(Uint8Array.from(bytes)),
    readDigital(pin, heard) {
      board.digitalRead(pin, (value) => later(() => heard(value)));
    },
    readAnalog(channel, heard) {
      board.analogRead(channel, (value) => later(() => heard(value)));
    },
    setInput(pin, mode) {
      board.pinMode(pin, mode);
    },
    watchState(pin) {
      io.on(`pin-state-${pin}`, () => {
        const said = io.pins[pin];
        const [mode, value] = [said?.mode ?? 0, said?.state ?? 0];
        later(() => ears.state(pin, mode, value));
      });
    },
    end,
  };
}
