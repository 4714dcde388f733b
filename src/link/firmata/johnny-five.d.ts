// The part of two packages without types that is used here.

declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events';

  namespace firmata {
    /** One board over one line. It throws from a `data` listener when a board sends what it did not expect. */
    class Firmata extends EventEmitter {
      constructor(transport: EventEmitter, options: { readonly reportVersionTimeout: number });
      readonly reportVersionTimeoutId: NodeJS.Timeout;
      /** Bytes of a message that has not ended; it has no bound of its own. */
      readonly buffer: readonly number[];
      readonly pins: readonly Pin[];
      /** The pin behind each analogue channel. */
      readonly analogPins: readonly number[];
      readonly RESOLUTION: { readonly ADC: number | null };
    }

    interface Pin {
      readonly supportedModes: readonly number[];
      readonly mode?: number;
      /** What was last written to it, as the board said when it was asked. */
      readonly state?: number;
    }
  }
  export = firmata;
}

declare module 'johnny-five' {
  import type { EventEmitter } from 'node:events';
  import type { Firmata } from 'firmata-io';

  namespace five {
    class Board extends EventEmitter {
      constructor(options: {
        readonly id: string;
        readonly io: Firmata;
        readonly repl: false;
        readonly debug: false;
        readonly sigint: false;
        readonly timeout: number;
      });
      /** Every board ever made, the very list that the package keeps. */
      static readonly cache: Board[];
      readonly timer: NodeJS.Timeout | null;
      pinMode(pin: number, mode: number): this;
      digitalRead(pin: number, heard: (value: number) => void): this;
      analogRead(channel: number, heard: (value: number) => void): this;
    }
  }
  export = five;
}
