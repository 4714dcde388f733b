import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMap, isScalar, parseDocument } from 'yaml';
import { type LoadOptions, loadHouse } from './config.ts';
import type { Problem } from './house.ts';
import { readSource } from './source.ts';
import { replaceSynced, syncFolder } from './synced.ts';

// The first config of a home: what every home has, secrets of its own, and whatever the scheme that fits it brings along.
// Nothing of the referral is in it.

export type Begun =
  | { readonly ok: true; readonly warnings: readonly Problem[] }
  /** Nothing was written. */
  | { readonly ok: false; readonly why: string; readonly problems: readonly Problem[] };

const refused = (why: string, problems: readonly Problem[] = []): Begun => ({ ok: false, why, problems });

/** The name under which the one client that a first config knows has its password. */
const BROKER_SECRET = 'zigbee2mqtt_password';

/** Sections of a first config in the order of the shipped ones. */
const SECTIONS: Readonly<Record<string, () => string>> = {
  // A name that says nothing of who lives there, or where.
  site: () => `site: { id: hub-${randomBytes(3).toString('hex')}, timezone: ${zoneHere()} }\n`,
  panel: () => `panel:
  modes:
    away: { exitDelay: 45s, entryDelay: 30s }
    home: { exitDelay: 0s, entryDelay: 20s }
    night: { exitDelay: 0s, entryDelay: 20s }
  siren: { duration: 15m, trips: 3 }
`,
  mqtt: () => `mqtt:
  listen: { host: 127.0.0.1, port: 1883 }
  users:
    - name: zigbee2mqtt
      password: !secret ${BROKER_SECRET}
      publish: ["zigbee2mqtt/#"]
      subscribe: ["zigbee2mqtt/+/set", "zigbee2mqtt/bridge/request/#"]
`,
  web: () => 'web: { host: 0.0.0.0, port: 8443, tls: self }\n',
};

const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Letters and digits that are not taken for one another. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password of 100 bits that can be typed. */
export const freshPassword = (): string =>
  Array.from({ length: 20 }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/**
 * Writes the first config of a home to `file`, and its secrets to `secrets.yaml` beside it. A `scheme` is a file of the
 * same form: its sections stand in place of ours, word for word. What is there already is never replaced.
 */
export function writeFirstConfig(file: string, scheme: string | null, options: LoadOptions): Begun {
  if (existsSync(file)) return refused(`${file} is there already; name it with --config and begin without this`);
  const brought = scheme === null ? { ok: true as const, text: '', keys: [] } : readScheme(scheme);
  if (!brought.ok) return refused(brought.why);
  const own = Object.entries(SECTIONS).filter(([key]) => !brought.keys.includes(key));
  const text = `# The config of this home. lantern check says what is wrong with it; lantern provision adds to it.\n\n${own
    .map(([, section]) => section())
    .join('\n')}${brought.text === '' ? '' : `\n${brought.text}`}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    if (!brought.keys.includes('mqtt')) addSecret(dirname(file));
    return place({ file, text, scheme, own: text.slice(0, text.length - brought.text.length) }, options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return refused(
      `${file} cannot be written (${code}); run this as the user of the hub, and see that the disk has room`,
    );
  }
}

interface Placed {
  readonly file: string;
  readonly text: string;
  readonly scheme: string | null;
  /** What of the text is not the scheme's. */
  readonly own: string;
}

/** Checked where it will stand, and linked into place, which fails where something came to stand there meanwhile. */
function place({ file, text, scheme, own }: Placed, options: LoadOptions): Begun {
  const beside = join(dirname(file), `.first-${process.pid}.yaml`);
  replaceSynced(beside, text);
  try {
    const loaded = loadHouse(beside, options);
    const before = own.split('\n').length - 1;
    // What the scheme brought is mended in the scheme.
    const problems = (loaded.ok ? loaded.warnings : loaded.problems).map((one) => {
      if (one.file !== beside) return one;
      return scheme === null || one.line <= before
        ? { ...one, file }
        : { ...one, file: scheme, line: one.line - before };
    });
    if (!loaded.ok) return refused('the first config would be refused; mend the scheme', problems);
    linkSync(beside, file);
    syncFolder(dirname(file));
    return { ok: true, warnings: problems };
  } finally {
    unlinkSync(beside);
  }
}

type Scheme =
  | { readonly ok: true; readonly text: string; readonly keys: readonly string[] }
  | { readonly ok: false; readonly why: string };

function readScheme(file: string): Scheme {
  const source = readSource(file);
  if (!source.ok) return { ok: false, why: `${file}: ${source.why}` };
  const document = parseDocument(source.text, {
    customTags: [{ tag: '!secret', resolve: (name: string) => name }],
  });
  const { contents } = document;
  if (document.errors.length > 0 || !isMap(contents) || contents.flow === true)
    return { ok: false, why: `${file} is no list of sections, each on lines of its own, as a config has them` };
  const keys = contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
  return { ok: true, text: source.text.endsWith('\n') ? source.text : `${source.text}\n`, keys };
}

/** One that is there already is somebody's, and stays. */
function addSecret(dir: string): void {
  const file = join(dir, 'secrets.yaml');
  const source = readSource(file);
  const before = source.ok ? source.text : '';
  if (new RegExp(`^${BROKER_SECRET}:`, 'm').test(before)) return;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  replaceSynced(file, `${before}${gap}${BROKER_SECRET}: "${freshPassword()}"\n`);
  chmodSync(file, 0o600);
}
