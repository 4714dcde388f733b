import type { PanelEvent } from '../alarm/events.ts';
import { jammedRadios } from '../alarm/jamming.ts';
import type { DeviceId } from '../base/brand.ts';
import { covers } from '../sense/gateway.ts';
import {
  fellSilent,
  gatewayGone,
  jammedBy,
  noise,
  QUIET_RADIO,
  type RadioState,
  spoke,
  stillJammed,
} from '../zone/jamming.ts';
import type { DeviceState } from '../zone/state.ts';
import { gatewayName, isWire } from './gateways.ts';
import type { HubFamily, HubPlan } from './plan.ts';

/** Watches the radios of this house for jamming. Each call gives what the panel is to be told. */
export interface Radios {
  /** A device spoke, or was silent too long; not to be called for what its gateway or the broker says of all. */
  follow(index: number, before: DeviceState, after: DeviceState): readonly PanelEvent[];
  gateway(base: string, is: 'up' | 'down'): readonly PanelEvent[];
  /** A gateway tells of noise that drowns its devices, or that it is over. */
  noise(base: string, is: 'up' | 'over'): readonly PanelEvent[];
  /** After a start: what was jammed and is so no longer. */
  restored(): readonly PanelEvent[];
}

/** `#serial/ID`, behind which stands what the gateway hears. */
const SERIAL = /^#serial\/[^/]+/;

/** `faults` and `states`: as they were restored. A radio is known by the base topic of its gateway, and told by its name. */
export function createRadios(
  plan: HubPlan,
  families: ReadonlyMap<string, HubFamily>,
  faults: readonly string[],
  states: readonly DeviceState[],
): Radios {
  /** Bases at which a gateway has told of itself. */
  const gateways = new Set<string>();
  const before = jammedRadios(faults).map((name) => ({ name, base: baseNamed(name) }));
  const radios = new Map<string, RadioState>(before.map(({ base }) => [base, stillJammed(lostBehind(base))]));

  function baseNamed(name: string): string {
    const bases = plan.devices.flatMap(({ topic }) => SERIAL.exec(topic)?.[0] ?? []);
    return bases.find((base) => gatewayName(base) === name) ?? name;
  }

  function lostBehind(base: string): readonly DeviceId[] {
    return plan.devices.flatMap(({ id, topic }, index) =>
      covers(base, topic) && states[index]?.health === 'lost' ? [id] : [],
    );
  }

  /**
   * Whose radio this device is heard by; null: it has none, or none whose gateway tells that it is well. Without that
   * word a gateway that has died could not be told from a jammed one.
   */
  function radioOf(index: number): string | null {
    const device = plan.devices[index];
    if (device === undefined) return null;
    const { topic, profile } = device;
    if (isWire(topic)) return SERIAL.exec(topic)?.[0] ?? null;
    if (families.get(profile)?.sense.gateway?.online == null) return null;
    const bases = [...gateways].filter((base) => covers(base, topic));
    return bases.reduce<string | null>((best, base) => (base.length > (best?.length ?? 0) ? base : best), null);
  }

  const supervisedBy = (radio: string): number =>
    plan.devices.filter(({ sensing }, index) => sensing.supervision !== null && radioOf(index) === radio).length;

  function become(base: string, next: RadioState): readonly PanelEvent[] {
    const was = jammedBy(radios.get(base) ?? QUIET_RADIO);
    radios.set(base, next);
    const by = jammedBy(next);
    const radio = gatewayName(base);
    if ((was === null) === (by === null)) return [];
    if (by === null) return [{ type: 'jamming-over', radio }];
    return [{ type: 'jammed', radio, by, devices: next.jam?.missing ?? [] }];
  }

  return {
    follow(index, was, is) {
      const device = plan.devices[index];
      const base = device === undefined || was.health === is.health ? null : radioOf(index);
      if (device === undefined || base === null) return [];
      const state = radios.get(base) ?? QUIET_RADIO;
      if (is.health === 'heard') return become(base, spoke(state, device.id));
      const { supervision } = device.sensing;
      if (is.health !== 'lost' || was.health !== 'heard' || supervision === null) return [];
      const silent = { device: device.id, heardAt: was.heardAt, supervision };
      return become(base, fellSilent(supervisedBy(base), state, silent));
    },
    gateway(base, is) {
      gateways.add(base);
      const state = radios.get(base);
      return is === 'up' || state === undefined ? [] : become(base, gatewayGone(state));
    },
    noise: (base, is) => become(base, noise(radios.get(base) ?? QUIET_RADIO, is)),
    restored: () =>
      before.flatMap(({ name, base }) =>
        jammedBy(radios.get(base) ?? QUIET_RADIO) === null ? [{ type: 'jamming-over' as const, radio: name }] : [],
      ),
  };
}
