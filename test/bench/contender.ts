import type { Client } from './mqtt.ts';

/** What one trigger led to, in milliseconds from writing the sensor's message; null: not seen within `patienceMs`. */
export interface Sample {
  /** The siren's order reached a third client. A broker alone: the sensor's message did. */
  readonly siren: number | null;
  /** `triggered` reached a third client. A broker with one sync: the message that waited for it did. */
  readonly state: number | null;
}

export const patienceMs = 5000;

/** One program under the stopwatch. All of them get the same messages from the same kind of clients. */
export interface Contender {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** Brings it to where the next trigger counts. */
  prepare(): Promise<void>;
  /** Sends `bytes`, which hold the trigger once, and waits for what follows. */
  fire(bytes?: Uint8Array): Promise<Sample>;
  /** How many changes of doors it has written down so far; null: it keeps no record. */
  readonly recorded: (() => number) | null;
  close(): Promise<void>;
}

/** The message that is the trigger: a window opens. */
export const trigger = {
  topic: 'zigbee2mqtt/window',
  payload: '{"battery":97,"contact":false,"linkquality":120,"voltage":3000}',
} as const;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Evenly spread; never in step with any timer of the program measured. */
export const randomBetween = (least: number, most: number): number => least + Math.random() * (most - least);

/** A stopwatch for one trigger: what it is waiting for, and when that came. */
export function stopwatch(wanted: readonly (keyof Sample)[]): {
  readonly saw: (what: keyof Sample) => void;
  readonly run: (sensor: Client, bytes: Uint8Array) => Promise<Sample>;
} {
  let saw: (what: keyof Sample) => void = () => {};
  return {
    saw: (what) => saw(what),
    run: (sensor, bytes) => {
      const { promise, resolve } = Promise.withResolvers<Sample>();
      let sample: Sample = { siren: null, state: null };
      const patience = setTimeout(() => finish(), patienceMs);
      const finish = (): void => {
        clearTimeout(patience);
        saw = () => {};
        resolve(sample);
      };
      const startedAt = performance.now();
      saw = (what) => {
        if (sample[what] !== null) return;
        sample = { ...sample, [what]: performance.now() - startedAt };
        if (wanted.every((one) => sample[one] !== null)) finish();
      };
      sensor.write(bytes);
      return promise;
    },
  };
}
