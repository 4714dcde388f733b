import type { Firmata } from 'firmata-io';
import type { Board } from 'johnny-five';
import type { SerialPort } from 'serialport';

/** What boards need of others; loaded when the first board is opened, and never by a house without one. */
export interface Packages {
  readonly SerialPort: typeof SerialPort;
  readonly Firmata: typeof Firmata;
  readonly Board: typeof Board;
}

export async function loadPackages(): Promise<Packages> {
  const [serial, firmata, five] = await Promise.all([
    import('serialport'),
    import('firmata-io'),
    import('johnny-five'),
  ]);
  return { SerialPort: serial.SerialPort, Firmata: firmata.default.Firmata, Board: five.default.Board };
}
