import { join } from 'node:path';
import type { SourceId } from '../../src/base/brand.ts';
import { createHub, type Hub } from '../../src/hub/hub.ts';
import type { HubFamily, HubPlan } from '../../src/hub/plan.ts';
import type { Codes, Restored, Station, TextPath, Wires } from '../../src/hub/ports.ts';
import { loadHouse } from '../../src/site/config.ts';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import type { House } from '../../src/site/house.ts';
import {
  createFakeBroker,
  createFakeClock,
  createFakeCodes,
  createFakeDusk,
  createFakeJournal,
  createFakeLog,
  type FakeBroker,
  type FakeClock,
  type FakeDusk,
  type FakeJournal,
  fresh,
} from './fakes.ts';

const here = import.meta.dirname;
const { families } = loadDevices(join(here, '../../devices'), 'profiles');
const facts = new Map([...families].map(([name, family]) => [name, familyFacts(family)]));
const loaded = loadHouse(join(here, 'house.yaml'), { families: facts, credentialsDirectory: null });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
export const house = loaded.house;

export const ANYONE = 'mqtt:anonymous' as SourceId;
export const BASE = 'lantern/hub-test';

/** The real hub and rooms on a real config, between fakes. */
export interface World {
  readonly hub: Hub;
  readonly clock: FakeClock;
  readonly dusk: FakeDusk;
  readonly journal: FakeJournal;
  readonly broker: FakeBroker;
  readonly log: { readonly lines: readonly string[] };
  readonly checks: () => number;
  /** A device says something. */
  says(device: string, payload: object | string, how?: 'live' | 'stored'): void;
  /** Somebody sends an order to `panel/set`. */
  orders(order: object | string, source?: SourceId): void;
  /** Lets what was begun come to its end. */
  rest(): Promise<void>;
  pass(seconds: number): Promise<void>;
  state(): string | undefined;
  attributes(): { readonly [name: string]: unknown };
  /** What was said since the last call, without what differs from run to run. */
  heard(): readonly string[];
  replies(): readonly {
    readonly id: unknown;
    readonly ok: boolean;
    readonly error?: string;
    readonly zones?: unknown;
  }[];
}

export interface WorldOptions {
  readonly restored?: Restored;
  readonly clock?: FakeClock;
  readonly texts?: TextPath | readonly TextPath[] | null;
  /** What of the house is another. */
  readonly house?: Partial<House>;
  readonly journal?: FakeJournal;
  /** Left out: the fake ones. */
  readonly codes?: Codes & { readonly checks?: () => number };
  /** Monitoring services; `house.stations` says what they are told. */
  readonly stations?: readonly Station[];
  /** Left out: there are none. */
  readonly wires?: Wires;
  /** Left out: house.yaml beside this file, and all families that ship. */
  readonly plan?: HubPlan;
  readonly families?: ReadonlyMap<string, HubFamily>;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const clock = options.clock ?? createFakeClock();
  const journal = options.journal ?? createFakeJournal(options.restored ?? fresh);
  const dusk = createFakeDusk();
  const broker = createFakeBroker();
  const log = createFakeLog();
  const codes: WorldOptions['codes'] & object = options.codes ?? createFakeCodes();
  let drawn = 1000;
  const draw = (): string => String(drawn++ % 10_000).padStart(4, '0');
  const ports = { clock, dusk, journal, texts: [options.texts ?? []].flat(), codes, log, draw };
  const plan = options.plan ?? { ...house, ...options.house };
  const hub = createHub(plan, options.families ?? families, ports, options.restored ?? fresh);
  hub.start(broker, options.wires, options.stations ?? []);
  let read = 0;
  const world: World = {
    hub,
    clock,
    dusk,
    journal,
    broker,
    log,
    checks: codes.checks ?? (() => 0),
    says(device, payload, how = 'live') {
      const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
      hub.door.message(`zigbee2mqtt/${device}`, bytes, how === 'stored', ANYONE);
    },
    orders(order, source = ANYONE) {
      hub.door.command(Buffer.from(typeof order === 'string' ? order : JSON.stringify(order)), source);
    },
    async rest() {
      // Microtasks of the fakes; the clock's own alarms ring only as time passes.
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      clock.pass(0);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    },
    async pass(seconds) {
      // In steps, so that what a timer began can end before the next one rings.
      const steps = Math.max(1, Math.ceil(seconds));
      for (let step = 0; step < steps; step += 1) {
        clock.pass((seconds * 1000) / steps);
        await world.rest();
      }
    },
    state: () => broker.retained.get(`${BASE}/panel/state`),
    attributes: () => JSON.parse(broker.retained.get(`${BASE}/panel/attributes`) ?? '{}'),
    heard() {
      const news = broker.said.slice(read);
      read = broker.said.length;
      return news;
    },
    replies: () =>
      broker.said
        .filter((line) => line.startsWith(`${BASE}/panel/reply `))
        .map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1))),
  };
  await world.rest();
  return world;
}

/** Every contact closed, every detector quiet: a house that can be armed without a warning. */
export async function settledWorld(options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options);
  for (const door of ['front-door', 'back-window']) world.says(door, { contact: true });
  world.says('hall', { occupancy: false });
  world.says('frame', { vibration: false });
  world.says('panic', { battery: 90 });
  world.says('loud-panic', { battery: 90 });
  world.says('smoke', { smoke: false });
  world.says('leak', { water_leak: false });
  await world.rest();
  world.heard();
  return world;
}

export const CODE = '482913';
export const DURESS = '739164';
export const VISITOR = '620485';
