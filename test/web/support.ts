import { rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterEach } from 'vitest';
import type { History, Window } from '../../src/hub/ports.ts';
import type { Health } from '../../src/web/health.ts';
import type { HouseNames } from '../../src/web/page/visit.ts';
import { type Certificate, openWeb, type WebOptions, type WebServer } from '../../src/web/server.ts';
import { LANGUAGES } from '../../src/web/words/languages.ts';
import { createFakeClock, createFakeCodes } from '../hub/fakes.ts';
import { settledWorld, type World, type WorldOptions } from '../hub/world.ts';
import { codesIn, type Enrolled, enrolled, enrolledDir } from './enrolled.ts';

export const CODES = { anna: '482913', threat: '739164', vera: '620485', ivan: '957203', mona: '318627' } as const;
export type Name = 'anna' | 'vera' | 'ivan' | 'mona';

const open: WebServer[] = [];
const dirs: string[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

/** A data directory with the people of these tests, for as long as a test. */
export async function dirOfPeople(): Promise<string> {
  const dir = await enrolledDir();
  dirs.push(dir);
  return dir;
}

/** The local rows of a world, as the journal would read them back. */
function historyOf(world: World): History {
  const local = () =>
    world.journal.rows
      .filter(({ sealed }) => !sealed)
      .map(({ type, data }, index) => ({ seq: index + 1, at: '2026-11-21T20:00:00.000Z', type, data }));
  return {
    local: async (after, limit) =>
      local()
        .filter(({ seq }) => seq > after)
        .slice(0, limit),
    newest: async (limit) => local().slice(-limit),
  };
}

/** What the test house is called; its zones as house.yaml beside the world has them. */
export const NAMES: HouseNames = {
  zones: [
    { id: 'front-door', name: 'Front door', type: 'entry' },
    { id: 'back-window', name: 'Back window', type: 'perimeter' },
    { id: 'hall', name: 'Hall', type: 'interior' },
    { id: 'frame', name: 'Frame', type: 'tremor' },
    { id: 'panic', name: 'Button', type: 'panic' },
    { id: 'loud-panic', name: 'Loud button', type: 'panic' },
    { id: 'smoke', name: 'Smoke', type: 'fire' },
    { id: 'leak', name: 'Boiler', type: 'technical' },
  ],
  devices: [{ id: 'keypad', name: 'Keypad' }],
  outputs: [
    { id: 'siren', name: 'siren', role: 'siren' },
    { id: 'porch', name: 'Porch light', role: 'light' },
  ],
  contacts: [
    { id: 'sister', name: 'Sister' },
    { id: 'friend', name: 'Friend' },
  ],
  services: [],
  modes: ['away', 'home', 'night'],
  timezone: 'Europe/London',
  language: 'en',
};

/** What pages need, where nobody looks at them. */
export const NO_HOUSE = { house: NAMES, languages: LANGUAGES, leaveTo: 'https://leave.example/', demo: null } as const;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: { readonly [name: string]: unknown };
  readonly text: string;
}

interface RawAnswer {
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
}

export interface Asking {
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A browser or phone: keeps its cookie. */
export interface Client {
  ask(method: string, path: string, asking?: Asking): Promise<Answer>;
  /** Sends a form as a browser without script would, and does not go on. */
  form(path: string, fields?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The page at this path. */
  look(path?: string): Promise<string>;
  readonly cookie: () => string | null;
  forget(): void;
}

export interface Site {
  readonly world: World;
  readonly server: WebServer;
  readonly people: { gone: Set<string> };
  readonly enrolled: Enrolled;
  client(): Client;
  /** What goes over the line, as it is. */
  raw(path: string, headers: Readonly<Record<string, string>>): Promise<RawAnswer>;
  /** A client that is signed in. */
  signedIn(name: Name | 'threat', device?: string): Promise<Client>;
}

export interface SiteOptions extends WorldOptions {
  readonly tls?: Certificate;
  readonly names?: readonly string[];
  readonly health?: () => Health;
  readonly history?: History;
  /** Left out: any free one. */
  readonly port?: number;
  readonly world?: World;
  /** Where the codes of this house are real, and change; left out: fakes, beside which the directory changes unheard. */
  readonly dir?: string;
  /** Puts something before the hub's window. */
  readonly window?: (real: Window) => Window;
  /** What of the pages is another. */
  readonly pages?: Partial<Pick<WebOptions, 'house' | 'languages' | 'leaveTo' | 'demo'>>;
}

/** The real server before the real hub and rooms, between the hub's fakes. */
export async function openSite(options: SiteOptions = {}): Promise<Site> {
  const clock = options.world?.clock ?? options.clock ?? createFakeClock();
  const codes = options.dir === undefined ? createFakeCodes() : codesIn(options.dir, clock);
  const world =
    options.world ?? (await settledWorld({ ...options, clock, ...(options.dir === undefined ? {} : { codes }) }));
  const window = options.window?.(world.hub.window) ?? world.hub.window;
  const inDir = enrolled(options.dir ?? (await dirOfPeople()), window, world.clock);
  const people = { gone: new Set<string>() };
  const opened = await openWeb({
    host: '127.0.0.1',
    port: options.port ?? 0,
    names: options.names ?? [],
    tls: options.tls ?? null,
    version: '1.2.3',
    window,
    codes: { person: (id) => (people.gone.has(id) ? null : codes.person(id)), era: codes.era },
    people: inDir.people,
    locks: inDir.locks,
    history: options.history ?? historyOf(world),
    clock: world.clock,
    log: { info() {}, warn() {}, error() {} },
    health: options.health ?? (() => ({ status: 'ready' })),
    ...NO_HOUSE,
    ...options.pages,
  });
  if (!opened.ok) throw new Error(opened.why);
  const { server } = opened;
  open.push(server);
  const client = (): Client => createClient(server.port, options.tls?.cert ?? null);
  return {
    world,
    server,
    people,
    enrolled: inDir,
    client,
    raw: (path, headers) =>
      new Promise((resolve, reject) => {
        httpRequest({ host: '127.0.0.1', port: server.port, path, agent: false, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }));
        })
          .on('error', reject)
          .end();
      }),
    async signedIn(name, device) {
      const one = client();
      const answer = await one.ask('POST', '/api/session', {
        body: { code: CODES[name], ...(device === undefined ? {} : { device }) },
      });
      if (answer.status !== 200) throw new Error(answer.text);
      return one;
    },
  };
}

function createClient(port: number, ca: string | null): Client {
  const jar = new Map<string, string>();
  const cookie = (): string | null =>
    jar.size === 0 ? null : [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const client: Client = {
    cookie,
    forget: () => jar.clear(),
    form: (path, fields = {}) =>
      client.ask('POST', path, {
        raw: new URLSearchParams(Object.entries(fields)).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    async look(path = '/') {
      const answer = await client.ask('GET', path, { headers: { accept: 'text/html' } });
      return answer.text;
    },
    ask: (method, path, { body, raw, headers = {} } = {}) =>
      new Promise((resolve, reject) => {
        const sent = raw ?? (body === undefined ? null : JSON.stringify(body));
        const request = (ca === null ? httpRequest : httpsRequest)(
          {
            host: '127.0.0.1',
            port,
            method,
            path,
            agent: false,
            ...(ca === null ? {} : { ca }),
            headers: {
              ...(sent === null
                ? {}
                : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
              ...(jar.size === 0 ? {} : { cookie: cookie() ?? '' }),
              ...headers,
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () => {
              const text = Buffer.concat(chunks).toString();
              for (const one of response.headers['set-cookie'] ?? []) {
                const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
                jar.set(name, value);
              }
              const json = response.headers['content-type']?.startsWith('application/json') === true;
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                text,
                body: json ? (JSON.parse(text) as Answer['body']) : {},
              });
            });
          },
        );
        request.on('error', reject);
        request.end(sent ?? undefined);
      }),
  };
  return client;
}
