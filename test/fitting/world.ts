import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from '../../src/alarm/events.ts';
import type { PersonId, ZoneId } from '../../src/base/brand.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { provisionHandlers } from '../../src/fitting/handlers.ts';
import { type OpenedProvisioning, openProvisioning } from '../../src/fitting/provisioning.ts';
import type { FittingWorld, PathAnswer } from '../../src/fitting/world.ts';
import type { HeardDevice, LocalNews, LocalView, Wish } from '../../src/hub/ports.ts';
import type { Certificate, Feedback } from '../../src/papers/model.ts';
import type { FittedHouse } from '../../src/provision/house.ts';
import { openJobFile } from '../../src/site/job-file.ts';
import { takeAct, takeInstaller } from '../../src/site/provision-acts.ts';
import { takeReferral } from '../../src/site/referral.ts';
import { type Control, type ControlHandler, openControl } from '../../src/web/control.ts';
import { AT, HOUSE } from '../provision/bench.ts';

export const ROBIN = { person: 'p0badc0de' as PersonId, name: 'Robin', scheme: 'Safer Homes' };

/** A hub that can be told what happens, around the real file of a job. */
export interface FakeWorld {
  readonly dir: string;
  readonly world: FittingWorld;
  /** What was asked of it, in order. */
  readonly calls: readonly (readonly unknown[])[];
  house: FittedHouse;
  heard: readonly HeardDevice[];
  /** Who lives there opens the time for installers. */
  resident: 'none' | 'lets in' | 'lets nobody in';
  installer: 'there' | 'gone';
  /** Seconds since the story began. */
  second: number;
  /** Null: it goes well. */
  fails: 'nothing' | 'papers' | 'reviews' | 'people' | 'disk';
  readonly papers: readonly { readonly certificate: Certificate; readonly feedback: Feedback }[];
  tell(news: LocalNews): void;
  walk(zone: string, what: 'opened' | 'closed' | 'detected' | 'hit' | 'pressed'): void;
  /** A path that is tested answers. */
  answer(answer: PathAnswer): void;
  /** No path is tested any more. */
  testsOver(): void;
  /** As a start of the hub after a stop of any kind. */
  open(): OpenedProvisioning;
  /** The same over a control socket in its directory. */
  control(): Promise<Control>;
}

export function fakeWorld(): FakeWorld {
  const dir = mkdtempSync(join(tmpdir(), 'lantern-fitting-'));
  const calls: unknown[][] = [];
  const papers: { certificate: Certificate; feedback: Feedback }[] = [];
  const listeners = new Set<(news: LocalNews) => void>();
  const jobs = openJobFile(dir);
  let installerUntil: string | null = null;
  let walkUntil: string | null = null;
  let tests: { tell: (answer: PathAnswer) => void; over: () => void } | null = null;
  const view = (): LocalView => ({ installerUntil, walkUntil }) as LocalView;
  const no = { ok: false, error: 'not_allowed' } as const;

  function order({ ask, vouched }: Wish): Answer {
    if (vouched?.person.role !== 'installer' || installerUntil === null) return no;
    if (ask.action === 'walk-test') walkUntil = '2026-11-21T14:30:00.000Z';
    else if (ask.action === 'end-walk-test') walkUntil = null;
    else if (ask.action === 'close-installer') installerUntil = null;
    else return no;
    fake.tell({ type: 'panel' });
    return { ok: true, warnings: [] };
  }

  const failing = (what: FakeWorld['fails']) =>
    fake.fails === what ? ({ ok: false, why: `${what} went wrong` } as const) : ({ ok: true } as const);
  const noted = (...call: readonly unknown[]) => {
    calls.push([...call]);
    return { ok: true } as const;
  };

  const world: FittingWorld = {
    jobs: {
      ...jobs,
      save: async (job) => (fake.fails === 'disk' ? failing('disk') : jobs.save(job)),
    },
    window: {
      view,
      watch(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      order: async (wish) => order(wish),
    },
    house: () => fake.house,
    heard: () => fake.heard,
    learn(heard, device) {
      fake.heard = fake.heard.filter(({ topic }) => topic !== heard.topic);
      return noted('learn', heard.topic, device.id);
    },
    addContact: (contact) => noted('add-contact', contact.id, contact.alarms),
    renewSecrets() {
      noted('renew');
      return { ok: true, secrets: [{ name: 'zigbee2mqtt', password: 'fresh' }] };
    },
    prove: (contact) => noted('prove', contact),
    testPaths: (tell, gone) =>
      new Promise((over) => {
        tests = { tell, over };
        gone.addEventListener('abort', () => over());
      }),
    restart: () => noted('restart'),
    openInstaller() {
      if (fake.resident !== 'none') return false;
      installerUntil = '2026-11-21T18:00:00.000Z';
      return true;
    },
    person: (id) => (fake.installer === 'gone' ? null : { id, name: 'Robin', role: 'installer' }),
    async removeInstallers() {
      const done = failing('people');
      if (done.ok) {
        fake.installer = 'gone';
        noted('remove-installers');
      }
      return done;
    },
    papers: {
      async write(certificate, feedback) {
        papers.push({ certificate, feedback });
        mkdirSync(join(dir, 'papers'), { recursive: true });
        writeFileSync(join(dir, 'papers', 'certificate.json'), JSON.stringify(certificate));
        return failing('papers');
      },
      forget: async () => void noted('forget-papers'),
    },
    reviews: { due: () => ['2027-02-21', '2027-05-21'], begin: () => failing('reviews') },
    hub: { id: 'hub-1', version: '1.2.3' },
    logHead: () => ({ seq: 9, hash: 'ab' }),
    record: (row: string, data: JsonObject) => void noted('record', row, data),
    wall: () => (AT + fake.second * 1000) as typeof AT,
    iso: (at) => new Date(at).toISOString(),
    today: () => '2026-11-21',
    draw: () => 'job-1',
  };

  const fake: FakeWorld = {
    dir,
    world,
    calls,
    papers,
    house: HOUSE,
    heard: [],
    resident: 'none',
    installer: 'there',
    second: 0,
    fails: 'nothing',
    tell(news) {
      for (const listener of listeners) listener(news);
    },
    walk(zone, what) {
      fake.tell({ type: 'walk', zone: zone as ZoneId, what, at: '' });
    },
    answer: (answer) => tests?.tell(answer),
    testsOver: () => tests?.over(),
    open() {
      if (fake.resident === 'lets in') installerUntil = '2026-11-21T18:00:00.000Z';
      return openProvisioning(world);
    },
    async control() {
      const { provisioning } = fake.open();
      const handlers = provisionHandlers(provisioning, {
        act: takeAct,
        installer: takeInstaller,
        referral(value) {
          const read = takeReferral(value);
          return read.ok ? read : { ok: false, why: read.problems.map(({ message }) => message).join('; ') };
        },
      });
      const opened = await openControl(dir, new Map<string, ControlHandler>(handlers));
      if (!opened.ok) throw new Error(opened.why);
      return opened.control;
    },
  };
  return fake;
}
