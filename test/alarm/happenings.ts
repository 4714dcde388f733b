import { toStringMethod } from 'fast-check';
import type { Order, PanelEvent, Person, Role, Vouched } from '../../src/alarm/events.ts';
import type { ArmedMode } from '../../src/alarm/plan.ts';
import type { AlarmId, PersonId, SourceId } from '../../src/base/brand.ts';
import { instant, minutes } from '../../src/base/time.ts';
import type { ButtonSignal, Signals, TripSignal } from '../../src/sense/signals.ts';
import { deviceId } from './plans.ts';
import { happen, passTo, restart, say, stop, type World } from './world.ts';

/** Something that happens at one moment of a story. */
export interface Happening {
  readonly label: string;
  readonly run: (world: World) => void;
}

/** A counterexample says its label, not its code. */
const happening = (label: string, run: (world: World) => void): Happening =>
  Object.assign({ label, run }, { [toStringMethod]: () => label });

/** Whose code is given: `duress` is a resident's second one, `wrong` nobody's, `none` no code at all. */
type Code = Role | 'duress' | 'visitor-duress' | 'wrong' | 'none';

const person = (role: Role): Person => ({ id: `p-${role}` as PersonId, name: `the ${role}`, role });

interface OrderDetails {
  readonly code?: Code;
  readonly bypass?: readonly string[];
  readonly source?: string;
  readonly id?: string;
  readonly enrolled?: boolean;
  readonly mayArm?: boolean;
  /** A session stands behind the order. */
  readonly vouched?: Vouched;
}

let tokens = 0;

/** Gives an order and, when the panel asks whose code it is, says so. */
export function give(world: World, ask: Order['ask'], details: OrderDetails): void {
  const { code = 'resident', source = 'mqtt:anonymous', id = null, enrolled = true, mayArm = true, vouched } = details;
  tokens += 1;
  const order: Order = {
    token: tokens,
    source: source as SourceId,
    replyTo: { via: 'mqtt', id },
    id,
    hasCode: code !== 'none',
    ask,
    ...(vouched === undefined ? {} : { vouched }),
  };
  const effects = happen(world, { type: 'ordered', order, enrolled, mayArm });
  if (effects.some((effect) => effect.type === 'check-code')) happen(world, answer(order, code, mayArm));
}

function answer(order: Order, code: Code, mayArm: boolean): PanelEvent {
  switch (code) {
    case 'wrong':
    case 'none':
      return { type: 'code-wrong', order };
    case 'duress':
      return { type: 'code-verified', order, person: person('resident'), duress: true, mayArm };
    case 'visitor-duress':
      return { type: 'code-verified', order, person: person('visitor'), duress: true, mayArm };
    default:
      return { type: 'code-verified', order, person: person(code), duress: false, mayArm };
  }
}

const said = (details: OrderDetails): string =>
  Object.entries(details)
    .map(([name, value]) => ` ${name}=${String(value)}`)
    .join('');

export const arm = (mode: ArmedMode, details: OrderDetails = {}): Happening =>
  happening(`arm ${mode}${said(details)}`, (world) =>
    give(world, { action: 'arm', mode, bypass: details.bypass ?? [] }, details),
  );

export const disarm = (code: Code = 'resident', details: OrderDetails = {}): Happening =>
  happening(`disarm by ${code}${said(details)}`, (world) => give(world, { action: 'disarm' }, { ...details, code }));

/** PANIC as an order: needs no code, and is silent. */
export const panic = (details: OrderDetails = {}): Happening =>
  happening(`PANIC${said(details)}`, (world) =>
    give(world, { action: 'panic', silent: true }, { code: 'none', ...details }),
  );

/** Something asked by who has a session; their code was given a moment ago unless `old` is said. */
export const inSession = (
  role: Role,
  ask: Order['ask'],
  how: { readonly code?: 'fresh' | 'old'; readonly duress?: boolean } = {},
): Happening =>
  happening(`${role} asks to ${ask.action} ${JSON.stringify(how)}`, (world) => {
    const { code = 'fresh', duress = false } = how;
    give(world, ask, { code: 'none', vouched: { person: person(role), duress, code } });
  });

/** A resident lets installers work for so many minutes. */
export const openInstaller = (forMinutes: number): Happening =>
  inSession('resident', { action: 'open-installer', length: minutes(forMinutes) });

/** Somebody begins to try the detectors; `threat`: in a session that a duress code opened. */
export const walk = (role: Role, forMinutes = 10, how: 'freely' | 'threat' = 'freely'): Happening =>
  inSession(role, { action: 'walk-test', length: minutes(forMinutes) }, { duress: how === 'threat' });
export const endWalk = (role: Role): Happening => inSession(role, { action: 'end-walk-test' });

export const wrongCode = (source = 'mqtt:anonymous'): Happening => disarm('wrong', { source });

const signal = (label: string, device: string, signals: Signals, pulses: readonly TripSignal[] = []): Happening =>
  happening(`${label} ${device}`, (world) => say(world, deviceId(device), signals, pulses));

export const open = (zone: string): Happening => signal('open', zone, { contact: 'open' });
export const close = (zone: string): Happening => signal('close', zone, { contact: 'closed' });
/** Motion begins and is over at once, so that the next one counts again. */
export const detect = (zone: string): Happening =>
  happening(`detect ${zone}`, (world) => {
    const trips = world.plan.devices.get(deviceId(zone))?.zone?.trips ?? [];
    const on = Object.fromEntries(trips.map((trip) => [trip, true]));
    const off = Object.fromEntries(trips.map((trip) => [trip, false]));
    say(world, deviceId(zone), on);
    say(world, deviceId(zone), off);
  });
export const motionOn = (zone: string): Happening => signal('motion on', zone, { motion: true });
export const motionOff = (zone: string): Happening => signal('motion off', zone, { motion: false });
export const hit = (zone: string): Happening => signal('hit', zone, {}, ['vibration']);
export const leak = (zone: string): Happening => signal('leak', zone, { leak: true });
export const dry = (zone: string): Happening => signal('dry', zone, { leak: false });
export const press = (zone: string, button: ButtonSignal = 'press'): Happening =>
  signal(button, zone, { button, battery: 80 });
export const tamper = (device: string): Happening => signal('tamper', device, { tamper: true });
export const tamperOver = (device: string): Happening => signal('tamper over', device, { tamper: false });
export const offline = (device: string): Happening => signal('offline', device, { online: false });
export const online = (device: string): Happening => signal('online', device, { online: true });
/** Alive, and nothing else. */
export const alive = (device: string): Happening => signal('alive', device, { battery: 88 });
export const lowBattery = (device: string): Happening => signal('low battery', device, { batteryLow: true });

export const closure = (alarm: string): Happening =>
  happening(`closure of ${alarm}`, (world) => {
    happen(world, { type: 'closed-by-station', alarm: alarm as AlarmId, by: 'arc' });
  });
export const acknowledge = (alarm: string, by = 'sister'): Happening =>
  happening(`${by} acknowledges ${alarm}`, (world) => {
    happen(world, { type: 'acknowledged', alarm: alarm as AlarmId, by });
  });
export const fault = (name: string): Happening =>
  happening(`fault ${name}`, (world) => {
    happen(world, { type: 'fault-raised', fault: name });
  });
export const faultOver = (name: string): Happening =>
  happening(`fault over ${name}`, (world) => {
    happen(world, { type: 'fault-cleared', fault: name });
  });

export const jammed = (radio: string): Happening =>
  happening(`${radio} jammed`, (world) => {
    happen(world, { type: 'jammed', radio, by: 'noise', devices: [] });
  });
export const jammingOver = (radio: string): Happening =>
  happening(`${radio} free again`, (world) => {
    happen(world, { type: 'jamming-over', radio });
  });

/** The process stops; nobody ticks until the restart. */
export const stopped: Happening = happening('stop', stop);
export const restarted: Happening = happening('restart', restart);

/** The process is away for so many seconds. */
export const outage = (length: number): Happening =>
  happening(`outage of ${length} s`, (world) => {
    stop(world);
    passTo(world, instant(world.now + length * 1000));
    restart(world);
  });

export const several = (...all: readonly Happening[]): Happening =>
  happening(all.map((one) => one.label).join(', '), (world) => {
    for (const one of all) one.run(world);
  });
