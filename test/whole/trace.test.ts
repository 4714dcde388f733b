import { describe, expect } from 'vitest';
import type { Told } from '../link/signed/service.ts';
import type { TwilioStandIn } from '../link/texts/twilio-standin.ts';
import { startWebhookService, type WebhookService } from '../link/webhook/service.ts';
import type { Ear, LocalEvent } from './ear.ts';
import { again, type House, type Hub, makeHouse, settle, story } from './house.ts';
import { BASE, CODE, DURESS, FRIEND, WRONG } from './house-config.ts';

// Two houses, alike but for one moment: in one a silent call for help, in the other its ordinary twin. Everything that
// anyone on site could see, hear or read is compared byte by byte, with times and random numbers masked.

/** How texts leave the house, or do not. */
type Path = 'no path' | 'a path' | 'a path that is down' | 'a path that says nothing' | 'a monitoring service';

interface Story {
  readonly name: string;
  readonly before?: (ear: Ear) => Promise<unknown>;
  readonly silent: (ear: Ear) => Promise<unknown>;
  readonly ordinary: (ear: Ear) => Promise<unknown>;
  readonly after?: (ear: Ear) => Promise<unknown>;
  /** What the panel shows when the moment is over, where no answer tells so. */
  readonly state?: string;
}

const nothing = async (): Promise<void> => {};
let ids = 0;
/** The same ids in both houses, or the answers would differ. */
const order = (fields: object) => {
  ids += 1;
  const id = `twin-${ids}`;
  return (ear: Ear): Promise<unknown> => ear.order({ id, ...fields });
};
const armHome = order({ action: 'ARM_HOME', code: CODE });
const breakIn = async (ear: Ear): Promise<void> => {
  await ear.device('back-window', { contact: false });
  await ear.untilEvent('telling-started');
};
const press = (ear: Ear): Promise<void> => ear.device('panic', { action: 'single', battery: 40 });
const offBy = (code: string) => order({ action: 'DISARM', code, id: 'off' });
const guesses = async (ear: Ear): Promise<void> => {
  for (const id of ['guess-1', 'guess-2', 'guess-3']) await ear.order({ action: 'DISARM', code: WRONG, id });
};
const armedBreakIn = async (ear: Ear): Promise<void> => {
  await armHome(ear);
  await breakIn(ear);
};

const stories: readonly Story[] = [
  { name: 'a press while disarmed', silent: press, ordinary: nothing },
  {
    name: 'a press while armed, and an alarm after it',
    before: armHome,
    silent: press,
    ordinary: nothing,
    after: breakIn,
  },
  { name: 'a press in an alarm', before: armedBreakIn, silent: press, ordinary: nothing },
  {
    name: 'PANIC, and arming again to the mode in force',
    before: armHome,
    silent: order({ action: 'PANIC', id: 'same' }),
    ordinary: order({ action: 'ARM_HOME', code: CODE, id: 'same' }),
  },
  { name: 'a duress code while armed', before: armHome, silent: offBy(DURESS), ordinary: offBy(CODE) },
  { name: 'a duress code while disarmed', silent: offBy(DURESS), ordinary: offBy(CODE) },
  { name: 'a duress code in an alarm', before: armedBreakIn, silent: offBy(DURESS), ordinary: offBy(CODE) },
  {
    name: 'a duress code in a lockout',
    before: guesses,
    silent: offBy(DURESS),
    ordinary: offBy('305917'),
  },
  {
    name: 'a duress code on a keypad',
    before: armHome,
    silent: (ear) => ear.device('keypad', { action: 'disarm', action_code: DURESS, action_transaction: 3 }),
    ordinary: (ear) => ear.device('keypad', { action: 'disarm', action_code: CODE, action_transaction: 3 }),
    state: 'disarmed',
  },
];

interface Twin {
  readonly house: House;
  readonly far: TwilioStandIn | null;
  readonly desk: WebhookService | null;
}

const SECRET = 'a secret of the desk and this hub';

async function withDesk(house: House): Promise<Twin> {
  const desk = await startWebhookService(SECRET, Date.now);
  house.configure({ monitoring: [{ id: 'desk', type: 'webhook', url: desk.url, secret: SECRET, heartbeat: '5s' }] });
  return { house, far: null, desk };
}

async function prepare(house: House, path: Path): Promise<Twin> {
  if (path === 'no path') return { house, far: null, desk: null };
  if (path === 'a monitoring service') return withDesk(house);
  const far = await house.twilio();
  const many = Array.from({ length: 400 }, () => 0);
  if (path === 'a path that is down') {
    for (const kind of ['send', 'list', 'status'] as const) {
      far.script(kind, ...many.map(() => ({ do: 'refuse', status: 503, code: 20503 }) as const));
    }
  }
  if (path === 'a path that says nothing') {
    for (const kind of ['send', 'list', 'status'] as const)
      far.script(kind, ...many.map(() => ({ do: 'hang' }) as const));
  }
  return { house, far, desk: null };
}

/**
 * Plays both parts in step, so that what happens by the clock happens to both alike, and gives every byte on site: hers
 * and theirs.
 */
async function play(silent: Twin, ordinary: Twin, tale: Story, path: Path): Promise<readonly [Traces, Traces]> {
  const twins = [silent, ordinary] as const;
  const hubs = await Promise.all([silent.house.start(), ordinary.house.start()]);
  const ears = hubs.map(({ ear }) => ear);
  const [hers, theirs] = ears;
  if (hers === undefined || theirs === undefined) throw new Error('two houses');
  const pages = path === 'a path' ? await Promise.all(twins.map(({ house }) => openPage(house))) : [];
  const both = (deed: (ear: Ear) => Promise<unknown>): Promise<unknown> => Promise.all(ears.map(deed));
  await both(settle);
  if (tale.before !== undefined) await both(tale.before);
  await both((ear) => told(ear, path));
  await Promise.all([tale.silent(hers), tale.ordinary(theirs)]);
  if (tale.state !== undefined) await both((ear) => ear.untilState(tale.state ?? ''));
  await silent.far?.until(() => calledFriend(silent.far));
  await silent.desk?.until('the call', () => silent.desk?.taken.some(isCall) ?? false);
  // With an alarm open replies are looked for every few seconds: let that begin before looking for traces.
  if (path === 'a path that is down') await silent.far?.until(() => asked(silent.far) > 1);
  if (tale.after !== undefined) await both(tale.after);
  await both((ear) => told(ear, path));
  await both(async (ear) => {
    await ear.device('leak', { water_leak: true });
    await ear.untilEvent('fault');
    // What was reported before it has been taken before it.
    if (silent.desk !== null) await ear.until('its proof', () => ear.events().some(isProofOfLeak));
  });
  const found = await Promise.all(
    twins.map(async ({ house }, index) => {
      const hub = hubs[index] as Hub;
      const health = await (await fetch(`http://127.0.0.1:${house.ports.web}/healthz`)).text();
      const page = (await pages[index]?.said()) ?? [];
      if (path === 'a path') expect(page.length).toBeGreaterThan(1);
      await hub.run.kill('SIGTERM');
      const { stdout } = await house.lantern(['log', '--format', 'jsonl']);
      const program = `${hub.run.stdout()}\n${hub.run.stderr()}`;
      const seen = traces(hub.ear, [...stdout.split('\n'), ...program.split('\n'), health, ...page], house);
      return silent.desk === null ? seen : withoutOrder(seen);
    }),
  );
  return [found[0] as Traces, found[1] as Traces];
}

const isCall = (told: Told): boolean => told['kind'] === 'personal-silent' || told['kind'] === 'duress';
const isProofOfLeak = ({ type, data }: LocalEvent): boolean => type === 'report-acked' && data['kind'] === 'technical';

/** When a service answers is chance, and with it where among the other rows its proof stands. */
const withoutOrder = (found: Traces): Traces =>
  new Map(
    [...found].map(([where, lines]) => [
      where,
      lines.map((line) => line.replace(/"seq":\d+/, '"seq":0').replace(/"r\d+"/, '"r#"')).toSorted(),
    ]),
  );

const calledFriend = (far: TwilioStandIn | null): boolean =>
  (far?.exchanges ?? []).some(({ operation, form }) => operation === 'send' && form['To'] === FRIEND);
const asked = (far: TwilioStandIn | null): number =>
  (far?.exchanges ?? []).filter(({ operation }) => operation === 'list').length;

/** The text about an ordinary alarm has come as far as it gets. */
async function told(ear: Ear, path: Path): Promise<void> {
  if (path === 'no path' || path === 'a monitoring service' || !ear.events().some(({ type }) => type === 'text-queued'))
    return;
  await ear.untilEvent(path === 'a path' ? 'text-delivered' : 'text-delayed');
}

/** A page that somebody has open: whom it says is told of what, each time that changes, and at the end. */
interface OpenPage {
  /** In order, and then what it is told when it asks. */
  said(): Promise<readonly string[]>;
}

async function openPage({ ports }: House): Promise<OpenPage> {
  const at = `http://127.0.0.1:${ports.web}/api`;
  const type = { 'content-type': 'application/json' };
  const signed = await fetch(`${at}/session`, { method: 'POST', headers: type, body: JSON.stringify({ code: CODE }) });
  const headers = { cookie: signed.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  const stream = await fetch(`${at}/stream`, { headers });
  let text = '';
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream.body ?? []) text += decoder.decode(chunk, { stream: true });
  };
  // It ends with the hub.
  read().catch(() => {});
  return {
    async said() {
      const alarms = await (await fetch(`${at}/alarms`, { headers })).text();
      return [...text.split('\n\n').filter((block) => block.startsWith('event: alarms')), alarms];
    },
  };
}

type Traces = ReadonlyMap<string, readonly string[]>;

/** What came out of the hub, by topic; what we said ourselves is no trace. */
function traces(ear: Ear, read: readonly string[], house: House): Traces {
  const found = new Map<string, string[]>();
  const note = (where: string, what: string): void =>
    void found.set(where, [...(found.get(where) ?? []), mask(what, house)]);
  for (const { topic, payload, retained } of ear.heard) {
    // Whether the ear came before or behind this row is chance.
    const isOfStart = payload.includes('"type":"started"') || payload.includes('"kind":"restart"');
    if (topic === `${BASE}/events` && isOfStart) continue;
    const ours = topic.startsWith('zigbee2mqtt/') && !topic.endsWith('/set');
    if (!ours) note(topic, `${payload}${retained ? ' retained' : ''}`);
  }
  for (const line of read) note('read', line);
  // Orders to devices are repeated by the clock; what counts is what was ordered, and in which order.
  for (const [topic, orders] of found) if (topic.endsWith('/set')) found.set(topic, [...new Set(orders)]);
  return found;
}

const mask = (text: string, house: House): string =>
  text
    .replaceAll(house.dir, 'DIR')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/OK \d{4}/g, 'OK ####')
    .replace(/"forMs":\d+/g, '"forMs":0')
    .replace(/"byMs":-?\d+/g, '"byMs":0')
    .replace(/SM[0-9a-f]{32}/g, 'SID');

describe.concurrent('a silent call leaves on site what its ordinary twin leaves', () => {
  const rows: readonly (readonly [Path, readonly Story[]])[] = [
    ['no path', stories],
    ['a path', stories],
    ['a path that is down', stories.filter((_, index) => [0, 2, 4].includes(index))],
    ['a path that says nothing', stories.filter((_, index) => [0, 4].includes(index))],
    ['a monitoring service', stories.filter((_, index) => [0, 2, 4, 6].includes(index))],
  ];
  for (const [path, tales] of rows) {
    for (const tale of tales) {
      story(`${tale.name}, with ${path}`, async ({ house }) => {
        const other = await makeHouse();
        const twins: Twin[] = [];
        try {
          twins.push(await prepare(house, path), await prepare(other, path));
          const [one, two] = twins as [Twin, Twin];
          const [hers, theirs] = await play(one, two, tale, path);
          expect(Object.fromEntries(hers)).toEqual(Object.fromEntries(theirs));
          expect(hers.get(`${BASE}/panel/state`)?.length).toBeGreaterThan(0);
        } finally {
          await Promise.all(twins.map(({ desk }) => desk?.close()));
          await other.end();
        }
      });
    }
  }

  story('also after a kill and a start', async ({ house }) => {
    const other = await makeHouse();
    try {
      const play = async (one: House, press_: boolean): Promise<unknown> => {
        const first = await one.start();
        await settle(first.ear);
        await armHome(first.ear);
        if (press_) await press(first.ear);
        await first.ear.device('leak', { water_leak: true });
        await first.ear.untilEvent('fault');
        const { run, ear } = await again(one, first);
        await ear.untilSirenTold('off');
        await ear.order({ action: 'DISARM', code: CODE, id: 'end' });
        await ear.device('leak', { water_leak: false });
        await ear.untilEvent('fault-cleared');
        await run.kill('SIGTERM');
        const { stdout } = await one.lantern(['log', '--format', 'csv']);
        return Object.fromEntries(traces(ear, [...stdout.split('\n'), ...run.stdout().split('\n')], one));
      };
      const [hers, theirs] = await Promise.all([play(house, true), play(other, false)]);
      expect(hers).toEqual(theirs);
    } finally {
      await other.end();
    }
  });
});
