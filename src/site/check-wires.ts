import { placeOf } from './check-ids.ts';
import { parseDuration } from './durations.ts';
import { either, type Path, quote } from './path.ts';
import type { Report } from './report.ts';
import { DEFAULTS, type DeviceEntry, DRIVERS, type DriverWord, type LoopEntry } from './schema.ts';
import { type Draft, valueAt } from './shape.ts';
import {
  isAnalogue,
  isOnHeader,
  LAST_HEADER_LINE,
  type LineEntry,
  lineKey,
  lineName,
  loopShares,
  placeOfLine,
} from './wires.ts';

/** Keys that mean something for these drivers only. */
const MEANT_FOR: Readonly<Record<string, readonly DriverWord[]>> = {
  profile: ['mqtt', 'serial'],
  model: ['mqtt', 'serial'],
  topic: ['mqtt'],
  address: ['mqtt', 'serial'],
  line: ['gpio'],
  wiring: ['gpio'],
  bias: ['gpio'],
  gateway: ['serial', 'firmata'],
  pin: ['firmata'],
  activeLow: ['gpio', 'firmata'],
  pullUp: ['firmata'],
  above: ['firmata'],
  hysteresis: ['firmata'],
  loop: ['firmata'],
  onStop: ['gpio', 'firmata'],
  // The hub reads a wire all the time, so that it cannot fall silent; it is lost when it cannot be read.
  supervision: ['mqtt', 'serial'],
};

const NEEDED: Readonly<Record<DriverWord, Readonly<Record<string, string>>>> = {
  mqtt: {
    profile: 'name the family that reads its messages, as in zigbee2mqtt',
    topic: 'write text, in quotes if it looks like a number',
  },
  gpio: { line: 'write its BCM number, as in 17, or { chip: LABEL, line: N }' },
  serial: {
    gateway: 'name one of gateways, as in rf433',
    profile: 'name the family that reads its messages, as in rflink',
  },
  firmata: {
    gateway: 'name one of gateways, as in board',
    pin: 'write its number, as in 5, or A0 for an analogue one',
  },
};

/** The driver of a device or output; null where the config names none that there is, which is told already. */
export function driverAt(draft: Draft, path: Path): DriverWord | null {
  const said = valueAt(draft.raw, [...path, 'driver']);
  return said === undefined ? 'mqtt' : (DRIVERS.find((driver) => driver === said) ?? null);
}

/** Keys by driver, how lines and pins are used, and that none is used twice. */
export function checkWires(draft: Draft, report: Report): void {
  const places = [...draft.places(['devices']), ...draft.places(['outputs'])];
  const taken = new Map<string, Path>();
  for (const path of places) {
    const driver = driverAt(draft, path);
    if (driver === null || !isGroup(valueAt(draft.raw, path))) continue;
    checkKeys(draft, path, driver, report);
    if (driver === 'gpio') checkLine(draft, path, taken, report);
    if (driver === 'firmata') checkPin(draft, path, taken, report);
  }
}

const isGroup = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function checkKeys(draft: Draft, path: Path, driver: DriverWord, report: Report): void {
  const has = (key: string): boolean => valueAt(draft.raw, [...path, key]) !== undefined;
  for (const [key, drivers] of Object.entries(MEANT_FOR)) {
    const known = key !== 'onStop' || path[0] === 'outputs';
    if (known && has(key) && !drivers.includes(driver)) report.error([...path, key], idle(key, drivers, driver), 'key');
  }
  for (const [key, remedy] of Object.entries(NEEDED[driver])) {
    if (!has(key)) report.error([...path, key], `is missing; ${remedy}`);
  }
}

function idle(key: string, drivers: readonly DriverWord[], driver: DriverWord): string {
  if (key === 'supervision') return 'a wire is read all the time and cannot fall silent; remove it';
  const others = drivers.filter((each) => each !== 'mqtt');
  const remedy = driver === 'mqtt' ? `remove it, or set driver: ${either(others)}` : 'remove it';
  return `means nothing for driver ${driver}; ${remedy}`;
}

// ---- lines -------------------------------------------------------------------------------------------------------------

/** Lines of the header that are not free by themselves. */
const OCCUPIED: ReadonlyMap<number, string> = new Map([
  ...[0, 1].map((line) => [line, 'is for the memory of add-on boards, and driven while the Pi starts'] as const),
  ...[2, 3].map(
    (line) => [line, 'has a fixed pull-up of 1.8 kΩ, so that only a contact to ground works on it'] as const,
  ),
  ...[14, 15].map((line) => [line, 'is the serial console of a Pi until that is switched off'] as const),
]);

function checkLine(draft: Draft, path: Path, taken: Map<string, Path>, report: Report): void {
  const line = draft.part<LineEntry>([...path, 'line']);
  checkElectrics(draft, path, report);
  if (line === null) return;
  const place = placeOfLine(line.value);
  if (place.chip === 'header') report.error(line.path, '"header" is no chip; write the number alone');
  if (place.chip === null && place.line > LAST_HEADER_LINE) {
    const why = `is on no pin of the header, which has BCM 0 to ${LAST_HEADER_LINE}; write { chip: LABEL, line: ${place.line} } if another chip is meant`;
    report.error(line.path, `${place.line} ${why}`);
  }
  const occupied = isOnHeader(place) ? OCCUPIED.get(place.line) : undefined;
  if (occupied !== undefined) report.warning(line.path, `BCM ${place.line} ${occupied}; better use another`);
  claim(`line ${lineKey(place)}`, lineName(place), line.path, taken, report);
}

/** `wiring` is a word for an `activeLow` and a `bias`. */
function checkElectrics(draft: Draft, path: Path, report: Report): void {
  if (path[0] === 'outputs' || valueAt(draft.raw, [...path, 'wiring']) === undefined) return;
  for (const key of ['activeLow', 'bias']) {
    if (valueAt(draft.raw, [...path, key]) !== undefined) {
      report.error([...path, key], 'wiring says it already; keep one of the two', 'key');
    }
  }
}

function claim(key: string, name: string, path: Path, taken: Map<string, Path>, report: Report): void {
  const first = taken.get(key);
  if (first === undefined) taken.set(key, path);
  else report.error(path, `${name} is used by ${placeOf(first, report)} already; each takes a wire of its own`);
}

/** Why a line is not debounced as long as it says; null if it is. Detectors and buttons are never held back. */
export function wireDebounceFault(debounce: string): string | null {
  if ((parseDuration(debounce) ?? 0) <= DEFAULTS.longestFilter) return null;
  return `only contacts are held back longer than ${DEFAULTS.longestFilter}ms, and none trips this zone; shorten or remove it`;
}

// ---- pins of a board ---------------------------------------------------------------------------------------------------

function checkPin(draft: Draft, path: Path, taken: Map<string, Path>, report: Report): void {
  const pin = draft.part<string | number>([...path, 'pin']);
  const gateway = draft.part<string>([...path, 'gateway']);
  if (path[0] === 'devices') checkReads(draft, path, pin?.value ?? null, report);
  if (pin === null) return;
  if (path[0] === 'outputs' && isAnalogue(pin.value)) {
    report.error(pin.path, `${quote(pin.value)} only measures; name a digital pin, as in 5`);
  }
  if (pin.value === 0 || pin.value === 1) {
    const why = 'carries the messages of most boards to their USB port; better use another';
    report.warning(pin.path, `pin ${pin.value} ${why}`);
  }
  if (gateway === null) return;
  claim(`pin ${gateway.value}/${pin.value}`, `pin ${pin.value} of ${gateway.value}`, pin.path, taken, report);
}

const ANALOGUE_KEYS = ['above', 'hysteresis', 'loop'];

/** What is read at a pin: a level, a threshold, or a loop. */
function checkReads(draft: Draft, path: Path, pin: string | number | null, report: Report): void {
  const has = (key: string): boolean => valueAt(draft.raw, [...path, key]) !== undefined;
  const refuse = (key: string, why: string): void => report.error([...path, key], why, 'key');
  if (pin !== null && !isAnalogue(pin)) {
    const why = 'means nothing on a digital pin; remove it, or use an analogue one, as in A0';
    for (const key of ANALOGUE_KEYS.filter(has)) refuse(key, why);
    return;
  }
  if (pin !== null && !has('above') && !has('loop')) {
    const remedy = 'give above or loop, or its number as a digital pin (A0 is 14 on an Uno)';
    report.error([...path, 'pin'], `${quote(pin)} measures, and nothing says what counts as on; ${remedy}`);
  }
  if (has('above') && has('loop')) refuse('above', 'loop says how the pin is read; keep one of the two');
  if (has('hysteresis') && !has('above')) refuse('hysteresis', 'means nothing without above; add it, or remove this');
  if (pin !== null && has('pullUp')) refuse('pullUp', 'would bend what an analogue pin measures; remove it');
  if (has('loop') && has('activeLow')) refuse('activeLow', 'a loop tells open from closed by itself; remove it');
  checkHysteresis(draft, path, report);
  checkLoop(draft, path, report);
}

function checkHysteresis(draft: Draft, path: Path, report: Report): void {
  const above = draft.part<DeviceEntry['above']>([...path, 'above'])?.value;
  const band = draft.part<DeviceEntry['hysteresis']>([...path, 'hysteresis']);
  const least = band?.value ?? DEFAULTS.hysteresis;
  if (above === undefined || least < above) return;
  const at: Path = band === null ? [...path, 'above'] : band.path;
  report.error(
    at,
    `${above} less ${least} is nothing, so that it would never be off again; use less hysteresis, or a higher above`,
  );
}

/** Resistors of 5 %, a long wire and a converter of 10 bits together blur a share of the supply by some 3 %. */
const LEAST_APART = 0.1;

function checkLoop(draft: Draft, path: Path, report: Report): void {
  const loop = draft.part<LoopEntry>([...path, 'loop']);
  if (loop === null) return;
  const { closed, open } = loopShares(loop.value);
  const named = [
    ['a short from closed', closed],
    ['closed from open', open - closed],
    ['open from a cut wire', 1 - open],
  ] as const;
  const blurred = named.filter(([, apart]) => apart < LEAST_APART).map(([name]) => name);
  if (blurred.length > 0) {
    const remedy = 'use resistors nearer to each other, as in { pullUp: 10000, endOfLine: 4700, contact: 4700 }';
    report.error(loop.path, `these resistors do not tell ${either(blurred)}; ${remedy}`);
  }
}
