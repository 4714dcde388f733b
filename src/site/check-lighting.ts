import type { OutputRole } from '../act/plan.ts';
import type { ZoneType } from '../alarm/plan.ts';
import type { TripSignal } from '../sense/signals.ts';
import { idsOf } from './check-ids.ts';
import { driverAt } from './check-wires.ts';
import type { FamilyFacts } from './house.ts';
import { type Path, quote } from './path.ts';
import type { Report } from './report.ts';
import { ROLES } from './schema.ts';
import { type Draft, type Item, valueAt } from './shape.ts';
import { nearest, remedyFor } from './suggest.ts';
import { meaningOfOn } from './zone-rules.ts';

/** Rules for lights: what they name is there, can tell of motion, and can be lit. */
export function checkLighting(draft: Draft, families: ReadonlyMap<string, FamilyFacts>, report: Report): void {
  const devices = placesById(draft, 'devices');
  const outputs = placesById(draft, 'outputs');
  for (const rule of draft.places(['lighting'])) {
    for (const motion of draft.entries<string>([...rule, 'motion'])) {
      const fault = motionFault(draft, devices, outputs, families, motion.value);
      if (fault !== null) report.error(motion.path, fault);
    }
    for (const light of draft.entries<string>([...rule, 'lights'])) {
      const fault = lightFault(draft, devices, outputs, light.value);
      if (fault !== null) report.error(light.path, fault);
    }
    for (const key of ['motion', 'lights']) reportRepeats(draft.entries<string>([...rule, key]), report);
    checkOnly(draft, rule, report);
  }
}

const placesById = (draft: Draft, list: 'devices' | 'outputs'): ReadonlyMap<string, Path> =>
  new Map(idsOf(draft, list).map(({ path, value }) => [value, path.slice(0, -1)]));

function motionFault(
  draft: Draft,
  devices: ReadonlyMap<string, Path>,
  outputs: ReadonlyMap<string, Path>,
  families: ReadonlyMap<string, FamilyFacts>,
  id: string,
): string | null {
  const place = devices.get(id);
  if (place === undefined) {
    if (outputs.has(id)) return `${quote(id)} is an output, which tells of no motion; name a device`;
    return `there is no device ${quote(id)}; ${remedyFor(id, [...devices.keys()], 'name one of devices')}`;
  }
  if (draft.part<ZoneType>([...place, 'zone', 'type'])?.value === 'panic') {
    return `${quote(id)} raises the personal alarm, and nothing on site may show what it does; name a motion detector`;
  }
  const driver = driverAt(draft, place);
  if (driver === 'gpio' || driver === 'firmata') return wiredMotionFault(draft, place, id);
  const profile = draft.part<string>([...place, 'profile'])?.value;
  const model = draft.part<string>([...place, 'model'])?.value ?? null;
  const family = profile === undefined ? undefined : families.get(profile);
  if (family === undefined || (model !== null && !family.models.includes(model)) || family.motion(model)) return null;
  const what = model === null ? `profile ${profile}` : `model ${model}`;
  return `${quote(id)} tells of no motion (${what}); name a motion detector`;
}

/** A wire says only on or off; what of, the config says. */
function wiredMotionFault(draft: Draft, place: Path, id: string): string | null {
  const type = draft.part<ZoneType>([...place, 'zone', 'type'])?.value ?? null;
  const signal = draft.part<TripSignal>([...place, 'signal'])?.value ?? null;
  if (meaningOfOn(type, signal) === 'motion') return null;
  return `${quote(id)} tells of no motion; give it signal: motion, or name a motion detector`;
}

function lightFault(
  draft: Draft,
  devices: ReadonlyMap<string, Path>,
  outputs: ReadonlyMap<string, Path>,
  id: string,
): string | null {
  const roleOf = (place: Path): OutputRole | null => {
    const role = valueAt(draft.raw, [...place, 'role']);
    return ROLES.find((known) => known === role) ?? null;
  };
  const place = outputs.get(id);
  if (place === undefined) {
    const lights = [...outputs].filter(([, each]) => roleOf(each) === 'light').map(([each]) => each);
    const near = nearest(id, lights);
    if (near === null && devices.has(id)) return `${quote(id)} is a device; name an output with role: light`;
    return `there is no output ${quote(id)}; ${remedyFor(id, lights, 'name an output with role: light')}`;
  }
  const role = roleOf(place);
  return role === null || role === 'light' ? null : `${quote(id)} is a ${role}; name an output with role: light`;
}

function reportRepeats(words: readonly Item<string>[], report: Report): void {
  const seen = new Set<string>();
  for (const { path, value } of words) {
    if (seen.has(value)) report.error(path, `${quote(value)} is in the list already; remove it`);
    seen.add(value);
  }
}

/** Without a place on earth there is no dusk: the lights are then lit by day too, which is safe and may surprise. */
function checkOnly(draft: Draft, rule: Path, report: Report): void {
  if (valueAt(draft.raw, ['site', 'location']) !== undefined) return;
  const at: Path = [...rule, 'only'];
  const only = valueAt(draft.raw, at);
  if (only !== undefined && only !== 'dark') return;
  report.warning(at, 'where it gets dark is not known, so it always counts as dark; give site.location');
}
