/** A keypad's request. The code is a string, because leading zeros count. */
export interface KeypadSignal {
  readonly action: 'arm_away' | 'arm_home' | 'arm_night' | 'disarm' | 'panic';
  readonly code?: string;
  /** The keypad's own number for this request; its answer must carry it. */
  readonly transaction?: number;
}

export type ButtonSignal = 'press' | 'hold' | 'double' | 'release';

/** What was measured, in one message of one device, whatever its family. A field is there only if the message said it. */
export interface Signals {
  readonly contact?: 'open' | 'closed';
  readonly motion?: boolean;
  readonly vibration?: boolean;
  readonly tamper?: boolean;
  readonly batteryLow?: boolean;
  readonly online?: boolean;
  readonly smoke?: boolean;
  readonly co?: boolean;
  readonly leak?: boolean;
  readonly button?: ButtonSignal;
  readonly keypad?: KeypadSignal;
  /** 0–100. */
  readonly battery?: number;
  /** Lux. */
  readonly illuminance?: number;
  /** The state an output says it is in. */
  readonly power?: boolean;
}

/** The signals that can trip a zone. */
export type TripSignal = 'contact' | 'motion' | 'vibration' | 'tamper' | 'smoke' | 'co' | 'leak' | 'button';

/** One message as it came off the wire. */
export interface RawMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Delivered from a broker's store, not live: it may set a state, but is never a press, a code or a command. */
  readonly stored: boolean;
}
