// Which room of src/ may import which, and what the pure rooms must do without.

/** What a room may take from another: `all`, only its types, or only one file of it. */
type Grant = 'all' | 'types';

interface Row {
  /** By room name, or `room/file.ts` for one file alone. */
  readonly rooms: Readonly<Record<string, Grant>>;
  /** npm packages and `node:` modules; null: any of both. */
  readonly packages: readonly string[] | null;
}

const pure = (rooms: Readonly<Record<string, Grant>>): Row => ({ rooms, packages: [] });

/** The pure rooms: no `node:` module, no package, no clock, no timer, no chance, no process, no log. */
const pureRooms = ['base', 'sense', 'alarm', 'zone', 'escalate', 'lighting', 'act', 'provision'] as const;

const pureForAll: Readonly<Record<string, Grant>> = Object.fromEntries(
  pureRooms.map((room): [string, Grant] => [room, 'all']),
);

/** One row a room. A room may always import itself. `main` is src/main.ts and src/bin.ts. */
export const table: Readonly<Record<string, Row>> = {
  base: pure({}),
  sense: pure({ base: 'all' }),
  alarm: pure({ base: 'all' }),
  zone: pure({ base: 'all', sense: 'all', alarm: 'types' }),
  escalate: pure({ base: 'all', alarm: 'types' }),
  lighting: pure({ base: 'all', alarm: 'types' }),
  act: pure({ base: 'all', alarm: 'all', escalate: 'all', lighting: 'all' }),
  provision: pure({ base: 'all', alarm: 'types', 'papers/model.ts': 'types' }),
  hub: { rooms: pureForAll, packages: [] },
  link: { rooms: { base: 'all', 'hub/ports.ts': 'all', sense: 'types', act: 'types' }, packages: null },
  journal: { rooms: { base: 'all', 'hub/ports.ts': 'all' }, packages: ['better-sqlite3', 'age-encryption', 'node:'] },
  site: {
    rooms: { ...pureForAll, 'hub/ports.ts': 'all' },
    packages: ['zod', 'yaml', 'fastest-levenshtein', 'libphonenumber-js', 'node:'],
  },
  web: {
    rooms: {
      base: 'all',
      'hub/ports.ts': 'all',
      alarm: 'types',
      provision: 'all',
      'papers/advice.ts': 'all',
      'papers/names.ts': 'all',
    },
    packages: ['fastify', 'zod', 'selfsigned', 'node:'],
  },
  cli: {
    rooms: { base: 'all', 'hub/ports.ts': 'all', alarm: 'types', provision: 'all' },
    packages: ['commander', 'node:'],
  },
  // The installer's hour in the running hub: between its window, the files around it and the papers, all of them ports.
  fitting: {
    rooms: { base: 'all', 'hub/ports.ts': 'all', alarm: 'types', provision: 'all', 'papers/model.ts': 'types' },
    packages: [],
  },
  // What is printed once, at a handover: it takes facts and writes files, and knows nothing of the hub.
  papers: { rooms: { base: 'all' }, packages: ['pdfkit', 'node:'] },
  // The other end of the wire. It reads what hubs write, so it takes their frames and signatures from where they are
  // written, and its config is checked by the same reader; of a hub's own works it takes nothing.
  desk: {
    rooms: {
      base: 'all',
      'hub/ports.ts': 'types',
      'act/report-codes.ts': 'all',
      'escalate/stations-plan.ts': 'all',
      'link/signed/messages.ts': 'all',
      'link/signed/signature.ts': 'all',
      'link/dc09/cipher.ts': 'all',
      'link/dc09/frame.ts': 'all',
      'link/dc09/time.ts': 'all',
      'link/dc09/answer.ts': 'all',
      'link/mqtt/tls-files.ts': 'all',
      'link/within.ts': 'all',
      'site/document.ts': 'all',
      'site/durations.ts': 'all',
      'site/hosts.ts': 'all',
      'site/house.ts': 'types',
      'site/path.ts': 'all',
      'site/report.ts': 'all',
      'site/secrets.ts': 'all',
      'site/source.ts': 'all',
      'site/suggest.ts': 'all',
      'web/guards.ts': 'all',
    },
    packages: ['fastify', 'zod', 'better-sqlite3', 'pg', 'mqtt', 'node:'],
  },
  main: {
    rooms: {
      ...pureForAll,
      hub: 'all',
      link: 'all',
      journal: 'all',
      site: 'all',
      web: 'all',
      desk: 'all',
      papers: 'all',
      fitting: 'all',
      cli: 'all',
    },
    packages: null,
  },
};

/** One import or re-export of a file. */
export interface Import {
  readonly specifier: string;
  readonly kind: Grant;
}

/**
 * Blanks out comments, and the text inside string and template literals except for what follows `from`, `import` or
 * `import(`; what is left has the same length and line breaks.
 */
function withoutComments(source: string): string {
  const pattern = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
  return source.replace(pattern, (found) => (found.startsWith('/') ? found.replace(/[^\n]/g, ' ') : found));
}

const braces = /\{[^}]*\}/;

/** `{ type A, type B }` takes types alone; anything else takes values too. */
function onlyTypes(clause: string): boolean {
  if (/^type\b(?!\s*(,|from\b|$))/.test(clause.trim())) return true;
  const list = braces.exec(clause)?.[0];
  if (list === undefined || clause.replace(braces, '').trim() !== '') return false;
  const names = list
    .slice(1, -1)
    .split(',')
    .map((name) => name.trim());
  return names.filter((name) => name !== '').every((name) => name.startsWith('type '));
}

/** Every import, re-export, dynamic import and `require` in a TypeScript source. */
export function importsOf(source: string): readonly Import[] {
  const text = withoutComments(source);
  const found: Import[] = [];
  const statement = /(?:^|[;}\n])\s*(?:import|export)\s+([^'"`;()=]*?)\s*\bfrom\s*['"]([^'"]+)['"]/g;
  for (const [, clause = '', specifier = ''] of text.matchAll(statement)) {
    found.push({ specifier, kind: onlyTypes(clause) ? 'types' : 'all' });
  }
  const bare = /(?:^|[;}\n])\s*import\s*['"]([^'"]+)['"]/g;
  for (const [, specifier = ''] of text.matchAll(bare)) found.push({ specifier, kind: 'all' });
  // `typeof import('x')` is a type; what cannot be read as a plain text is reported as it stands.
  const call = /(typeof\s+)?\b(?:import|require)\s*\(\s*([^)]*?)\s*,?\s*\)/g;
  for (const [, type, argument = ''] of text.matchAll(call)) {
    const plain = /^(['"`])([^'"`$]+)\1/.exec(argument);
    found.push({ specifier: plain?.[2] ?? `(${argument})`, kind: type === undefined ? 'all' : 'types' });
  }
  return found;
}

/** Room of a path below src/: its folder, or `main` for a file that lies in src/ itself. */
export function roomOf(path: string): string {
  return path.includes('/') ? (path.split('/', 1)[0] ?? '') : 'main';
}

/** `../alarm/state.ts` seen from `zone/observe.ts` is `alarm/state.ts`; null when it leaves src/. */
function resolveBelow(path: string, specifier: string): string | null {
  const parts = path.split('/').slice(0, -1);
  for (const step of specifier.split('/')) {
    if (step === '..') {
      if (parts.pop() === undefined) return null;
    } else if (step !== '.') parts.push(step);
  }
  return parts.join('/');
}

function packageAllowed(row: Row, specifier: string): boolean {
  if (row.packages === null) return true;
  if (specifier.startsWith('node:')) return row.packages.includes('node:');
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  return row.packages.includes(name);
}

function complaint(path: string, room: string, row: Row, { specifier, kind }: Import): string | null {
  if (!specifier.startsWith('.')) {
    return packageAllowed(row, specifier) ? null : `${room} may not import ${specifier}`;
  }
  const target = resolveBelow(path, specifier);
  if (target === null) return `${specifier} leaves src/`;
  if (!target.endsWith('.ts')) return `${specifier} has no .ts ending`;
  const to = roomOf(target);
  if (to === room) return null;
  const grant = row.rooms[target] ?? row.rooms[to];
  if (grant === undefined) return `${room} may not import ${target}`;
  if (grant === 'types' && kind === 'all') return `${room} may take only types from ${to} (${specifier})`;
  return null;
}

const impure: readonly (readonly [RegExp, string])[] = [
  [/\bDate\b/, 'Date'],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|clearTimeout|clearInterval)\b/, 'a timer'],
  [/\bMath\s*\.\s*random\b/, 'Math.random'],
  [/\bcrypto\b/, 'crypto'],
  [/\bperformance\b/, 'performance'],
  [/\bprocess\b/, 'process'],
  [/\bconsole\b/, 'console'],
  [/\bfetch\b/, 'fetch'],
  [/\bglobalThis\b/, 'globalThis'],
  [/\b(?:async|await|Promise)\b/, 'waiting (async)'],
];

/** A word in a text or a property name of our own (`event.process`) is no use of the global. */
function bareCode(source: string): string {
  return withoutComments(source)
    .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''")
    .replace(/(?<!Math\s*)\.\s*(?!random\b)[A-Za-z_$][\w$]*/g, '.x');
}

/** Everything in one file that the table forbids; empty when it keeps to it. `path` is relative to src/. */
export function violations(path: string, source: string): readonly string[] {
  const room = roomOf(path);
  const row = table[room];
  if (row === undefined) return [`${room} is no room of the house: give it a row in the import table`];
  const found = importsOf(source)
    .map((one) => complaint(path, room, row, one))
    .filter((one) => one !== null);
  if ((pureRooms as readonly string[]).includes(room)) {
    const code = bareCode(source);
    for (const [pattern, name] of impure) if (pattern.test(code)) found.push(`${room} is a pure room and uses ${name}`);
  }
  return found;
}
