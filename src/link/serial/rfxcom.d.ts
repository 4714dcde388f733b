// What Lantern uses of the package, which brings no types of its own.
declare module 'rfxcom' {
  /** Names by number and numbers by name. */
  type Subtypes = readonly string[] & Readonly<Record<string, number>>;

  interface Sender {
    nextMessageSequenceNumber(): number;
    queueMessage(transmitter: unknown, packet: readonly number[]): void;
  }

  interface Switch {
    switchOn(deviceId: string): void;
    switchOff(deviceId: string): void;
  }

  type SwitchClass = new (sender: Sender, subtype: number) => Switch;

  export class RfxCom {
    constructor(device: string, options: object);
    readonly parser: { emit(event: 'data', packet: readonly number[]): boolean };
    on(event: string, listener: (said: Readonly<Record<string, unknown>>) => void): this;
  }

  export const Lighting1: SwitchClass;
  export const Lighting2: SwitchClass;
  export const Lighting5: SwitchClass;
  export const lighting1: Subtypes;
  export const lighting2: Subtypes;
  export const lighting4: Subtypes;
  export const lighting5: Subtypes;
  export const lighting6: Subtypes;
  export const chime1: Subtypes;
  export const security1: Subtypes;
}
