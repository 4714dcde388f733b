import { driverAt } from './check-wires.ts';
import { either, formatPath, type Path, quote } from './path.ts';
import type { Report } from './report.ts';
import { type DeviceEntry, GATEWAY_TYPES, type GatewayEntry, type GatewayWord, type OutputEntry } from './schema.ts';
import { type Draft, valueAt } from './shape.ts';
import { remedyFor } from './suggest.ts';
import { SERIAL_PROFILES, typesSaid } from './wires.ts';

/** Gateways and boards, and the devices and outputs that name them. */
export function checkGateways(draft: Draft, report: Report): void {
  const names = namesOf(draft);
  const ports = new Map<string, Path>();
  for (const name of names) {
    const path: Path = ['gateways', name];
    checkUse(draft, path, name, report);
    const type = typeOf(draft, name, report);
    if (type !== null) checkKeys(draft, path, type, report);
    checkPort(draft, path, ports, report);
  }
  for (const path of [...draft.places(['devices']), ...draft.places(['outputs'])]) {
    const driver = driverAt(draft, path);
    if (driver === 'serial' || driver === 'firmata') checkUser(draft, path, driver, names, report);
  }
}

function namesOf(draft: Draft): readonly string[] {
  const gateways = valueAt(draft.raw, ['gateways']);
  const isGroup = typeof gateways === 'object' && gateways !== null && !Array.isArray(gateways);
  return isGroup ? Object.keys(gateways) : [];
}

/** Devices and outputs that name a gateway, those with slips too. */
function usersOf(draft: Draft, name: string): readonly Path[] {
  return [...draft.places(['devices']), ...draft.places(['outputs'])].filter(
    (path) => valueAt(draft.raw, [...path, 'gateway']) === name,
  );
}

function checkUse(draft: Draft, path: Path, name: string, report: Report): void {
  if (usersOf(draft, name).length > 0) return;
  report.warning(path, `no device is heard through it; give one gateway: ${name}, or remove it`, 'key');
}

/** What a gateway is: what it says, else what those who use it say. Null where that is unknown, which is told. */
function typeOf(draft: Draft, name: string, report: Report): GatewayWord | null {
  const path: Path = ['gateways', name];
  const said = valueAt(draft.raw, [...path, 'type']);
  if (said !== undefined) return GATEWAY_TYPES.find((type) => type === said) ?? null;
  const users = draft.entries<DeviceEntry>(['devices']);
  const types = typesSaid(
    name,
    [...users, ...draft.entries<OutputEntry>(['outputs'])].map(({ value }) => value),
  );
  const [type] = types;
  if (type !== undefined && types.length === 1) return type;
  // A device with a slip in it may be the one that would have said it.
  if (types.length === 0 && usersOf(draft, name).length > 0) return null;
  const why = types.length === 0 ? 'is missing' : `is missing, and its devices say ${either(types)}`;
  report.error([...path, 'type'], `${why}; use ${either(GATEWAY_TYPES)}`);
  return null;
}

function checkKeys(draft: Draft, path: Path, type: GatewayWord, report: Report): void {
  const has = (key: string): boolean => valueAt(draft.raw, [...path, key]) !== undefined;
  const idle = type === 'rtl_433' ? ['port', 'baud'] : type === 'firmata' ? ['command', 'silence'] : ['command'];
  for (const key of idle.filter(has)) report.error([...path, key], reasonAgainst(key, type), 'key');
  if (type !== 'rtl_433' && !has('port')) {
    report.error([...path, 'port'], 'is missing; write the path of the serial port, one of /dev/serial/by-id/');
  }
}

function reasonAgainst(key: string, type: GatewayWord): string {
  if (key === 'command') return `only rtl_433 is a program, and this is ${type}; remove it`;
  if (key === 'silence') return 'a board is asked every few seconds anyway; remove it';
  return 'rtl_433 is a program and finds its receiver itself; remove it';
}

function checkPort(draft: Draft, path: Path, ports: Map<string, Path>, report: Report): void {
  const port = draft.part<GatewayEntry['port']>([...path, 'port']);
  if (port === null || port.value === undefined) return;
  if (!port.value.startsWith('/')) {
    report.error(port.path, `${quote(port.value)} is not the path of a port; write one of /dev/serial/by-id/`);
    return;
  }
  const first = ports.get(port.value);
  if (first !== undefined) {
    report.error(port.path, `${quote(port.value)} is the port of ${formatPath(first)} already; each has its own`);
    return;
  }
  ports.set(port.value, path);
  // By its socket (by-path) a port keeps its name too, where two adapters are alike.
  if (!/^\/dev\/serial\/by-(id|path)\/[^/]/.test(port.value)) {
    const why = 'may have another name after the next start or replug; use the one under /dev/serial/by-id/';
    report.warning(port.path, `${quote(port.value)} ${why}`);
  }
}

/** That the gateway is there, and speaks what the device does. */
function checkUser(
  draft: Draft,
  path: Path,
  driver: 'serial' | 'firmata',
  names: readonly string[],
  report: Report,
): void {
  const profile = draft.part<string>([...path, 'profile']);
  if (driver === 'serial' && profile !== null && !SERIAL_PROFILES.some((known) => known === profile.value)) {
    const remedy = remedyFor(profile.value, SERIAL_PROFILES, '');
    report.error(profile.path, `${quote(profile.value)} does not come from a serial gateway; ${remedy}`);
    return;
  }
  const gateway = draft.part<string>([...path, 'gateway']);
  if (gateway === null) return;
  if (!names.includes(gateway.value)) {
    const remedy = remedyFor(gateway.value, names, 'add it under gateways');
    report.error(gateway.path, `there is no gateway ${quote(gateway.value)}; ${remedy}`);
    return;
  }
  const type = draft.part<GatewayWord>(['gateways', gateway.value, 'type'])?.value;
  const speaks = driver === 'firmata' ? 'firmata' : profile?.value;
  if (type === undefined || speaks === undefined || type === speaks) return;
  if (driver === 'serial' && type !== 'firmata') {
    report.error([...path, 'profile'], `${quote(gateway.value)} is a gateway of type ${type}; use profile: ${type}`);
  } else {
    const remedy = type === 'firmata' ? 'use driver: firmata' : `use driver: serial and profile: ${type}`;
    report.error(gateway.path, `${quote(gateway.value)} is of type ${type}; ${remedy}, or name another gateway`);
  }
}
