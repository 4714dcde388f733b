import type { ZoneType } from '../../alarm/plan.ts';

/** What somebody can play in a house that is pretend. */
export const ACTS = ['open', 'shut', 'move', 'press', 'smoke', 'smokeOver', 'leak', 'leakOver', 'knock'] as const;
export type DemoAct = (typeof ACTS)[number];

/** A house whose devices are played from its page. */
export interface Demo {
  readonly devices: readonly { readonly id: string; readonly name: string; readonly acts: readonly DemoAct[] }[];
  /** The device says so. False: there is no such device, or it cannot do that. */
  pretend(id: string, act: DemoAct): boolean;
}

/** A device that speaks Zigbee2MQTT, and what kind of zone it has. */
export interface DemoDevice {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly zone: ZoneType;
}

const ACTS_OF: Readonly<Partial<Record<ZoneType, readonly DemoAct[]>>> = {
  entry: ['open', 'shut'],
  perimeter: ['open', 'shut'],
  notice: ['open', 'shut'],
  chime: ['open', 'shut'],
  interior: ['move'],
  tremor: ['knock'],
  panic: ['press'],
  fire: ['smoke', 'smokeOver'],
  technical: ['leak', 'leakOver'],
};

/** As Zigbee2MQTT says it. Motion and knocks begin and end, so that the next one counts again. */
const SAID: Readonly<Record<DemoAct, readonly object[]>> = {
  open: [{ contact: false }],
  shut: [{ contact: true }],
  move: [{ occupancy: true }, { occupancy: false }],
  knock: [{ vibration: true }, { vibration: false }],
  press: [{ action: 'single' }],
  smoke: [{ smoke: true }],
  smokeOver: [{ smoke: false }],
  leak: [{ water_leak: true }],
  leakOver: [{ water_leak: false }],
};

/** `say` puts a message through the door that the broker uses, so that everything behind it is real. */
export function createDemo(devices: readonly DemoDevice[], say: (topic: string, payload: Uint8Array) => void): Demo {
  const known = devices.flatMap((device) => {
    const acts = ACTS_OF[device.zone] ?? [];
    return acts.length === 0 ? [] : [{ ...device, acts }];
  });
  return {
    devices: known.map(({ id, name, acts }) => ({ id, name, acts })),
    pretend(id, act) {
      const device = known.find((one) => one.id === id);
      if (device === undefined || !device.acts.includes(act)) return false;
      for (const words of SAID[act]) say(device.topic, new TextEncoder().encode(JSON.stringify(words)));
      return true;
    },
  };
}
