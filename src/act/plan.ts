import type { Json } from '../base/json.ts';

export type OutputRole = 'siren' | 'strobe' | 'light' | 'relay';

/**
 * One message to a device, as data. `topic` is appended to the device's own topic. In `payload` a string that is
 * exactly `$seconds` or `$transaction` is replaced by the number; a plain string payload is sent as it is. `$address`
 * in the topic, or as a whole string in the payload, is the device's address; there it is a number if it looks like one.
 */
export interface CommandTemplate {
  readonly topic: string;
  /** Only for a device with this level before the last of its topic; left out: for any. */
  readonly for?: string;
  readonly payload: Json;
}

/** How a model is switched. */
export interface SwitchCommands {
  readonly on: readonly CommandTemplate[];
  readonly off: readonly CommandTemplate[];
  /** The device reports `power` after a command, so that telling it again can stop. */
  readonly confirms: boolean;
}

/** What a keypad can show. */
export type KeypadShow =
  | 'disarmed'
  | 'armed_away'
  | 'armed_home'
  | 'armed_night'
  | 'exit_delay'
  | 'entry_delay'
  | 'in_alarm'
  | 'invalid_code'
  | 'not_ready'
  | 'already_disarmed'
  | 'refused';

/** How a keypad is answered; `answer` carries the transaction, `show` follows the panel. */
export interface KeypadCommands {
  readonly answer: Readonly<Partial<Record<KeypadShow, readonly CommandTemplate[]>>>;
  readonly show: Readonly<Partial<Record<KeypadShow, readonly CommandTemplate[]>>>;
}
