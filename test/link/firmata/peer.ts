/** How firmware holds a pin. */
export type PinLevel = 'low' | 'high' | 'input' | 'pulled';

/** A board at the end of a serial port, and the hand that wires and unplugs it. */
export interface Peer {
  /** A link to the port, as the paths below `/dev/serial/by-id` are; dangling while the board is unplugged. */
  readonly path: string;
  /** Firmata's version, as `2.5`. */
  readonly version: string;
  /** Outside voltage at a pin, by its Arduino number; it wins over a pull-up. */
  digital(pin: number, level: 0 | 1): void;
  /** Outside voltage at an analogue channel, as a share of the supply. */
  analog(channel: number, share: number): void;
  /** How the firmware has held a pin since it was plugged in, newest last. */
  history(pin: number): readonly PinLevel[];
  /** Calls back after each change of a pin. Returns how to stop. */
  watch(look: () => void): () => void;
  /** The firmware stops where it is; its port stays. */
  hang(): void;
  wake(): void;
  /** The button on the board. */
  reset(): void;
  unplug(): Promise<void>;
  /** Plugged in again, as new, on a port of another name behind the same link. */
  replug(): Promise<void>;
  remove(): Promise<void>;
}
