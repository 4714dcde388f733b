import type { SerialPort } from 'serialport';
import type { BoardConfig } from '../../hub/ports.ts';
import { noticingHangups } from '../serial/binding.ts';

export type Opened =
  | { readonly ok: true; readonly port: SerialPort }
  /** A sentence with the place and what to do. */
  | { readonly ok: false; readonly why: string };

/** Opens the port of a board; ends with a sentence where it cannot. Never rejects. */
export function openPort(Port: typeof SerialPort, { port: path, baud }: BoardConfig): Promise<Opened> {
  return new Promise((done) => {
    let port: SerialPort;
    try {
      // With `hupcl` the line drops when the hub stops, and most boards restart when it is raised again: a siren that
      // sounds would fall silent at every restart of the hub.
      const binding = noticingHangups(Port.binding);
      port = new Port({ path, baudRate: baud, autoOpen: false, hupcl: false, ...{ binding } });
    } catch (error) {
      done({ ok: false, why: openTrouble(path, String(error)) });
      return;
    }
    // Errors after the opening come with `close`, or are noticed by silence.
    port.on('error', () => {});
    port.open((error) => {
      if (error !== null) done({ ok: false, why: openTrouble(path, error.message) });
      // What a board said while nobody listened is over.
      else port.flush(() => done({ ok: true, port }));
    });
  });
}

const troubles: readonly (readonly [RegExp, (path: string) => string])[] = [
  [/no such file|no such device/i, (path) => `there is no ${path}; plug the board in, or mend port:`],
  [/permission denied/i, (path) => `may not open ${path}; add the user the hub runs as to the group dialout`],
  [/cannot lock|busy|temporarily unavailable/i, (path) => `${path} is held by another program; stop that`],
];

/** What the driver said, as a sentence with the port and the remedy. */
export function openTrouble(path: string, message: string): string {
  const known = troubles.find(([pattern]) => pattern.test(message));
  return known === undefined ? `cannot open ${path} (${message}); is it a serial port?` : known[1](path);
}

/** Closes it; done at once where it is closed already. Never rejects. */
export function closePort(port: SerialPort): Promise<void> {
  return new Promise((done) => {
    if (port.isOpen) port.close(() => done());
    else done();
  });
}
