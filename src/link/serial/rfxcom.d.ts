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

  class RfxCom {
    constructor(device: string, options: object);
    readonly parser: { emit(event: 'data', packet: readonly number[]): boolean };
    on(event: string, listener: (said: Readonly<Record<string, unknown>>) => void): this;
  }

  const rfxcom: {
    readonly RfxCom: typeof RfxCom;
    readonly Lighting1: SwitchClass;
    readonly Lighting2: SwitchClass;
    readonly Lighting5: SwitchClass;
    readonly lighting1: Subtypes;
    readonly lighting2: Subtypes;
    readonly lighting4: Subtypes;
    readonly lighting5: Subtypes;
    readonly lighting6: Subtypes;
    readonly chime1: Subtypes;
    readonly security1: Subtypes;
  };
  export = rfxcom;
}
