import { dirname, join, resolve } from 'node:path';
import { checkDevices } from './check-devices.ts';
import { checkGateways } from './check-gateways.ts';
import { checkHomeAssistant } from './check-home-assistant.ts';
import { checkIds } from './check-ids.ts';
import { checkLighting } from './check-lighting.ts';
import { checkMonitoring } from './check-monitoring.ts';
import { checkMqtt } from './check-mqtt.ts';
import { checkPeople } from './check-people.ts';
import { checkSite } from './check-site.ts';
import { checkTexts } from './check-texts.ts';
import { checkWires } from './check-wires.ts';
import { compile } from './compile.ts';
import { readDocument } from './document.ts';
import type { FamilyFacts, House, Problem } from './house.ts';
import { createReport, NO_PLACES, type Report, sorted } from './report.ts';
import type { Config } from './schema.ts';
import { openSecrets } from './secrets.ts';
import { checkShape } from './shape.ts';
import { readSource } from './source.ts';

export type Families = ReadonlyMap<string, FamilyFacts>;

export interface LoadOptions {
  readonly families: Families;
  /** systemd's `$CREDENTIALS_DIRECTORY`; its files win over `secrets.yaml`. */
  readonly credentialsDirectory: string | null;
}

/** `accepted` is all that is needed to build the house again, secrets included: for a file nobody else can read. */
export type Loaded =
  | { readonly ok: true; readonly house: House; readonly warnings: readonly Problem[]; readonly accepted: string }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads and checks a config file. Every problem is told at once, errors and warnings, in the order of the file, which
 * is named as the caller named it. Never throws for what is in the file or missing from the disk.
 */
export function loadHouse(file: string, { families, credentialsDirectory }: LoadOptions): Loaded {
  const source = readSource(file);
  if (!source.ok) {
    const problem: Problem = { severity: 'error', file, ...source.at, path: '(file)', message: source.why };
    return { ok: false, problems: [problem] };
  }
  const secrets = openSecrets(join(dirname(file), 'secrets.yaml'), credentialsDirectory);
  const document = readDocument(file, source.text, secrets.lookup);
  const report = createReport(file, document.places, [...document.problems, ...secrets.problems()]);
  const near = (path: string) => resolve(dirname(file), path);
  const config = document.whole ? check(document.value, families, near, report) : null;
  const problems = sorted(report.problems, file);
  if (config === null || problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  const whole = withAbsolutePaths(config, near);
  return {
    ok: true,
    house: compile(whole, families),
    warnings: problems,
    accepted: JSON.stringify({ version: 1, config: whole }),
  };
}

/** The house of a config accepted before; null if the text is none, or does not fit this program any more. */
export function rebuildHouse(accepted: string, families: Families): House | null {
  const value = parseAccepted(accepted);
  const report = createReport('accepted.json', NO_PLACES, []);
  const config = value === null ? null : check(value, families, (path) => path, report);
  const refused = report.problems.some(({ severity }) => severity === 'error');
  return config === null || refused ? null : compile(config, families);
}

function parseAccepted(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    const fits = typeof parsed === 'object' && parsed !== null && 'version' in parsed && parsed.version === 1;
    return fits && 'config' in parsed ? parsed.config : null;
  } catch {
    return null;
  }
}

/** All checks, whatever the earlier ones found. The config, if its shape is right. */
function check(value: unknown, families: Families, near: (path: string) => string, report: Report): Config | null {
  const draft = checkShape(value, report);
  // Something that holds no keys at all was told of once; each check would say so again in its own words.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  checkIds(draft, report);
  checkSite(draft, near, report);
  checkWires(draft, report);
  checkGateways(draft, report);
  checkDevices(draft, families, report);
  checkLighting(draft, families, report);
  checkPeople(draft, report);
  checkTexts(draft, report);
  checkMonitoring(draft, near, report);
  checkMqtt(draft, families, near, report);
  checkHomeAssistant(draft, near, report);
  return draft.whole;
}

/** An accepted config is read again from another folder. */
function withAbsolutePaths(config: Config, near: (path: string) => string): Config {
  const { mqtt, homeAssistant, monitoring, web } = config;
  return {
    ...config,
    ...(mqtt?.connect === undefined ? {} : { mqtt: { ...mqtt, connect: absoluteFiles(mqtt.connect, near) } }),
    ...(homeAssistant === undefined ? {} : { homeAssistant: absoluteFiles(homeAssistant, near) }),
    ...(monitoring === undefined
      ? {}
      : { monitoring: monitoring.map((one) => (one.type === 'mqtt' ? absoluteFiles(one, near) : one)) }),
    ...(web?.tls === undefined || web.tls === 'self' ? {} : { web: { ...web, tls: absoluteFiles(web.tls, near) } }),
  };
}

function absoluteFiles<T extends { readonly [key in 'ca' | 'cert' | 'key']?: string | undefined }>(
  part: T,
  near: (path: string) => string,
): T {
  const files = (['ca', 'cert', 'key'] as const).flatMap((key) => {
    const path = part[key];
    return path === undefined ? [] : [[key, near(path)] as const];
  });
  return { ...part, ...Object.fromEntries(files) };
}
