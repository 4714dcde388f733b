import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Family, familyFacts, loadDevices } from './site/devices.ts';
import type { FamilyFacts } from './site/house.ts';
import { formatProblem } from './site/report.ts';

// What this program brings along: its own files, and what systemd hands it. A part of main.

/** Where this program's own files lie, in a checkout as in an installation. */
export const home = dirname(dirname(fileURLToPath(import.meta.url)));

export const credentialsDirectory = process.env['CREDENTIALS_DIRECTORY'] ?? null;

export type Families = ReadonlyMap<string, Family>;

export function devices(): Families {
  const loaded = loadDevices(join(home, 'devices'), 'profiles');
  for (const problem of loaded.problems) process.stderr.write(`${formatProblem(problem)}\n`);
  return loaded.families;
}

export const facts = (families: Families): ReadonlyMap<string, FamilyFacts> =>
  new Map([...families].map(([name, family]) => [name, familyFacts(family)]));

export const version = (): string =>
  (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }).version;
