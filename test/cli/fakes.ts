import { PassThrough, Readable } from 'node:stream';
import type { JsonObject } from '../../src/base/json.ts';
import type { CliDeps, LogQuery } from '../../src/cli/deps.ts';
import type { CliIo } from '../../src/cli/io.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { LocalRow } from '../../src/hub/ports.ts';
import { formatProblem } from '../../src/site/report.ts';

/** What one command line came to. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export const rows: readonly LocalRow[] = [
  { seq: 1, at: '2026-11-21T20:29:00.123Z', type: 'armed', data: { mode: 'away', by: 'p1a2b3c4' } },
  { seq: 2, at: '2026-11-21T20:30:00.000Z', type: 'odd', data: { what: 'a "quoted", word\nand a line' } },
  { seq: 3, at: '2026-11-22T00:00:00.000Z', type: 'long', data: { text: 'é'.repeat(300) } },
];

/** Everything that can see or change anything, as a hub that does not run would have it told. */
export const LIVE: JsonObject = {
  people: [
    { id: 'p1', name: 'Al\u001b[2J', role: 'resident', until: null },
    { id: 'p2', name: 'Vera', role: 'visitor', until: '2027-01-01T00:00:00.000Z' },
  ],
  sessions: null,
  installerUntil: null,
  brokerUsers: [
    { name: 'z2m', publish: ['zigbee2mqtt/#'], subscribe: [], here: 1, network: 0, password: 'in force' },
    { name: 'garage', publish: ['garage/#'], subscribe: [], here: 0, network: 2, password: 'revoked' },
  ],
  contacts: [{ id: 'sister', alarms: ['personal', 'fire'] }],
  elsewhere: [{ kind: 'monitoring', name: 'arc', secrets: ['key'] }],
  changed: null,
};

export const CHANGED: JsonObject = {
  at: '2026-11-21T20:00:00.000Z',
  ended: { people: 2, sessions: 3, installer: 1, brokerUsers: 1 },
  passwords: [{ name: 'z2m', password: 'new-and-long' }],
};

/** Answers as the rooms would, from memory. */
export function fakeDeps(over: Partial<CliDeps> = {}): CliDeps & { readonly calls: unknown[][] } {
  const calls: unknown[][] = [];
  return {
    calls,
    version: '1.2.3',
    run: async (files) => {
      calls.push(['run', files]);
      return 0;
    },
    check: () => [],
    addDevice: (...args) => {
      calls.push(['addDevice', ...args]);
      return { ok: true, line: '{ id: new }', warnings: [] };
    },
    formatProblem,
    decoder: (choice) => {
      calls.push(['decoder', choice]);
      return {
        ok: true,
        decoder: {
          decode: (payload, stored) => {
            const text = Buffer.from(payload).toString('utf8');
            if (text === 'broken') return { ok: false, why: 'not JSON' };
            return { ok: true, signals: { text, stored } };
          },
        },
      };
    },
    users: {
      add: async (...args) => {
        calls.push(['add', ...args]);
        return args[2] === '12345' ? { ok: false, why: 'that is a run' } : { ok: true, id: 'p1a2b3c4' };
      },
      addDuress: async (...args) => {
        calls.push(['addDuress', ...args]);
        return { ok: true };
      },
      changeCode: async (...args) => {
        calls.push(['changeCode', ...args]);
        return args[1] === '48213' ? { ok: true } : { ok: false, why: 'that code is not right' };
      },
      list: () => ({ ok: true, people: [{ id: 'p1a2b3c4', name: 'Al\u001b[2J', role: 'resident', until: null }] }),
      remove: async (_dir, name) =>
        name === 'Al' ? { ok: true, residents: 0 } : { ok: false, why: 'nobody of that name' },
      evidenceKey: async () => null,
      evidenceKeyShown: (dir) => void calls.push(['evidenceKeyShown', dir]),
    },
    provision: {
      readReferral: () => ({ ok: false, problems: [] }),
      isThere: () => false,
      firstConfig: () => ({ ok: true, warnings: [] }),
      keepJob: async () => ({ ok: true }),
      drawCode: () => '48213907',
      daysFromNow: () => '2026-12-05',
      copyPapers: () => ({ ok: false, why: 'there are no papers' }),
    },
    reviews: {
      list: () => ({ ok: true, reviews: null }),
      hold: () => ({ ok: false, why: 'this house was not handed over yet' }),
    },
    certificate: async (file, key) => {
      calls.push(['certificate', file, key]);
      if (file === 'false.json') return { ok: false, why: 'the signature does not fit' };
      const log = { seq: 412, hash: 'ab' };
      const certificate = { hub: 'hub\u001b[2J', version: '1.2.3', handedOverAt: '2026-11-21T15:42:07.000Z', log };
      return { ok: true, certificate, key: 'cd', fingerprint: 'ef' };
    },
    locks: {
      live: async () => ({ ok: true, live: LIVE }),
      change: async (...args) => {
        calls.push(['locks change', ...args]);
        return { ok: true, done: CHANGED };
      },
    },
    log: {
      open: () => ({
        ok: true,
        reader: {
          page: ({ after, since, limit }: LogQuery) => ({
            ok: true,
            rows: rows
              .filter((row) => row.seq > after && (since === null || Date.parse(row.at) >= since))
              .slice(0, limit),
          }),
          close: () => void calls.push(['close']),
        },
      }),
      verify: () => ({ ok: true, rows: 3 }),
      bundle: () => ({ ok: true, rows: 3, head: 'ab', whole: true }),
      opened: async () => ({ ok: false, why: 'no bundle' }),
    },
    modem: async () => ({ ok: false, why: 'no modem' }),
    desk: {
      run: async (files) => {
        calls.push(['desk', files]);
        return files.config === 'wrong.yaml' ? 2 : 0;
      },
      add: async (place, name, password) => {
        calls.push(['desk add', place, name, password]);
        return password === 'short' ? { ok: false, why: 'a password has 10 characters or more' } : { ok: true };
      },
      list: async () => ({ ok: true, names: ['Ada', 'Bo\u001b[2J'] }),
      remove: async (_place, name) => (name === 'Ada' ? { ok: true } : { ok: false, why: 'nobody of that name' }),
    },
    families: () => ({
      ok: true,
      families: [{ name: 'fam', title: 'A family', models: [{ name: 'M1', title: 'A door' }] }],
    }),
    pins: async () => ({
      ok: true,
      refused: [],
      chips: [
        {
          name: 'gpiochip0',
          label: 'pinctrl-bcm2711',
          lines: 58,
          used: [
            { line: 4, name: 'GPIO4', direction: 'in', holder: 'lantern', process: 'node (812)' },
            { line: 42, name: '', direction: 'out', holder: '', process: null },
          ],
        },
        { name: 'gpiochip1', label: 'expander', lines: 8, used: [] },
      ],
    }),
    ...over,
  };
}

export interface Told {
  readonly stdin?: string;
  /** What a person types at hidden prompts; none: nobody is there. */
  readonly types?: readonly (string | null)[];
  readonly deps?: CliDeps;
  readonly columns?: number;
  readonly stop?: AbortSignal;
  readonly onOut?: (text: string) => void;
}

/** Runs `lantern ARGS`. */
export async function lantern(args: readonly string[], told: Told = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const typed = [...(told.types ?? [])];
  const io: CliIo = {
    stdin: told.stdin === undefined ? new PassThrough().end() : Readable.from([Buffer.from(told.stdin)]),
    interactive: told.types !== undefined,
    columns: told.columns ?? null,
    async out(text) {
      out += text;
      told.onOut?.(text);
    },
    err: (text) => {
      err += text;
    },
    ask: async () => typed.shift() ?? null,
    askHidden: async () => typed.shift() ?? null,
    pause: () => new Promise((done) => void setImmediate(done)),
    stop: told.stop ?? new AbortController().signal,
  };
  const status = await runProgram(['node', 'lantern', ...args], told.deps ?? fakeDeps(), io);
  return { status, out, err };
}
