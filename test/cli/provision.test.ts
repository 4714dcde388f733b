import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { CliDeps } from '../../src/cli/deps.ts';
import type { CliIo } from '../../src/cli/io.ts';
import { runProgram } from '../../src/cli/program.ts';
import { REFERRAL_FORM } from '../../src/cli/provision-begin.ts';
import { readReferral } from '../../src/site/referral.ts';
import type { Control } from '../../src/web/control.ts';
import { type FakeWorld, fakeWorld, ROBIN } from '../fitting/world.ts';
import { begun, HOUSE, zoneOf } from '../provision/bench.ts';
import { fakeDeps, lantern } from './fakes.ts';

const over: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of over.splice(0)) await end();
});

/** A hub that answers, and the directory it answers on. */
async function hub(): Promise<{ readonly fake: FakeWorld; readonly control: Control }> {
  const fake = fakeWorld();
  const control = await fake.control();
  over.push(() => control.close());
  over.push(() => rmSync(fake.dir, { recursive: true, force: true }));
  return { fake, control };
}

function withReferral(deps: Partial<CliDeps> = {}): CliDeps & { readonly calls: unknown[][] } {
  const usual = fakeDeps(deps);
  return { ...usual, provision: { ...usual.provision, readReferral } };
}

const file = (dir: string, text = REFERRAL_FORM): string => {
  const path = join(dir, 'referral.yaml');
  writeFileSync(path, text);
  return path;
};

describe('provision start', () => {
  it('begins on the hub that runs, and shows the code of the installer once', async () => {
    const { fake } = await hub();
    const args = ['provision', 'start', '--data', fake.dir, '--referral', file(fake.dir), '--installer', 'Robin'];
    const ran = await lantern(args, { deps: withReferral() });
    expect(ran).toMatchObject({ status: 0, out: expect.stringContaining('Robin may work with the code 48213907.') });
    const job = JSON.parse(readFileSync(join(fake.dir, 'provision.json'), 'utf8'));
    expect(job).toMatchObject({
      installer: { person: 'p1a2b3c4', name: 'Robin' },
      referral: { reference: 'REF-0001' },
    });
    expect(JSON.stringify(job)).not.toContain('48213907');
    const again = await lantern(args, { deps: withReferral() });
    expect(again).toMatchObject({ status: 1, err: expect.stringContaining('a job is begun already') });
  });
  it('writes a first config where no hub runs, and says how to start one', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lantern-start-'));
    over.push(() => rmSync(dir, { recursive: true, force: true }));
    const args = ['provision', 'start', '--data', dir, '--referral', file(dir)];
    expect(await lantern(args, { deps: withReferral() })).toMatchObject({
      status: 1,
      err: expect.stringContaining('--config FILE'),
    });
    const ran = await lantern([...args, '--config', 'home.yaml'], { deps: withReferral() });
    expect(ran.status).toBe(0);
    expect(ran.out).toContain(`lantern run --config home.yaml --data ${dir}`);
    expect(ran.err).toContain('written: home.yaml');
  });
  it('refuses a referral before anything is done', async () => {
    const { fake } = await hub();
    const deps = withReferral();
    const args = ['provision', 'start', '--data', fake.dir, '--referral', file(fake.dir, 'risk: none\n')];
    const ran = await lantern(args, { deps });
    expect(ran).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining('referral.yaml:1:7: risk: "none" is not a risk'),
    });
    expect(deps.calls).toEqual([]);
  });
});

describe('without a job, and without a hub', () => {
  it('says how to begin', async () => {
    const { fake } = await hub();
    expect(await lantern(['provision', '--data', fake.dir])).toMatchObject({
      status: 1,
      err: 'lantern: no job is begun; lantern provision start --referral FILE begins one\n',
    });
  });
  it('says how to start the hub', async () => {
    expect((await lantern(['provision', 'show', '--data', '/nowhere'])).err).toContain('no hub is running on /nowhere');
  });
  for (const [args, why] of [
    ['provision check safe-contact maybe', /write yes or no/],
    ['provision walk about', /write begin or end/],
    ['provision device --topic a --id a --name A', /--zone TYPE is needed/],
    ['provision waive zone:hall', /--reason TEXT is needed/],
    ['provision handover', /--data DIR is needed/],
    ['provision contact --id a', /--phone NUMBER is needed/],
    ['provision paths --wait soon', /write a number of seconds/],
  ] as const) {
    it(`${args}: wrong use`, async () => {
      const ran = await lantern([...args.split(' '), ...(args.endsWith('handover') ? [] : ['--data', '/nowhere'])]);
      expect(ran).toMatchObject({ status: 2, err: expect.stringMatching(why) });
    });
  }
});

// A person at the terminal: each question is answered by what is asked.
type Answering = (question: string, said: () => string) => string | Promise<string>;

/** What is looked at meanwhile comes to be seen. */
async function shown(said: () => string, words: string): Promise<void> {
  while (!said().includes(words)) await new Promise((go) => setImmediate(go));
}

async function played(fake: FakeWorld, answering: Answering, deps: CliDeps): Promise<{ status: number; said: string }> {
  let said = '';
  let asked = 0;
  const io: CliIo = {
    stdin: new PassThrough().end(),
    interactive: true,
    columns: 80,
    out: async (text) => {
      said += text;
    },
    err: (text) => {
      said += text;
    },
    async ask(question) {
      asked += 1;
      if (asked > 80) throw new Error(`it asks and asks:\n${said.slice(-2000)}`);
      said += `${question}\n`;
      return answering(question, () => said);
    },
    askHidden: async () => '482913',
    // Looking again waits for nothing here but its turn.
    pause: () => new Promise((go) => setImmediate(go)),
    stop: new AbortController().signal,
  };
  const status = await runProgram(['node', 'lantern', 'provision', '--data', fake.dir], deps, io);
  return { status, said };
}

it('a person is led through the hour, sees each detection, and goes with the papers', async () => {
  const fake = fakeWorld();
  await fake.world.jobs.save({ ...begun(), installer: ROBIN });
  const control = await fake.control();
  over.push(() => control.close());
  over.push(() => rmSync(fake.dir, { recursive: true, force: true }));
  fake.house = { ...HOUSE, zones: [], contacts: [], paths: [], brokerUsers: ['zigbee2mqtt'], residents: 0 };
  const door = {
    topic: 'zigbee2mqtt/door',
    address: null,
    profile: 'zigbee2mqtt',
    gateway: null,
    id: 'door',
    said: 'contact open',
  };
  let walked = 0;
  let heard = 0;
  const deps: CliDeps = {
    ...fakeDeps(),
    provision: {
      ...fakeDeps().provision,
      copyPapers: (_dir, out) => ({ ok: true, files: [`${out}/certificate.json`] }),
    },
    users: {
      ...fakeDeps().users,
      add: async () => {
        fake.house = { ...fake.house, residents: 1 };
        return { ok: true, id: 'p1a2b3c4' };
      },
      evidenceKey: async () => 'AGE-SECRET-KEY-1',
    },
  };

  const answering: Answering = async (question, said) => {
    if (question.startsWith('yes, or no')) return 'yes';
    if (question.includes('Fitted?')) return question.startsWith('London bar') ? 'the frame is steel' : 'yes';
    if (question.startsWith('Which one')) {
      heard += 1;
      if (heard > 1) return '';
      fake.heard = [{ ...door, zone: 'entry', signal: 'good', battery: 71, messages: 4 }];
      // It was shown before it is chosen.
      await shown(said, door.topic);
      return '1';
    }
    if (question.startsWith('What she calls it')) return 'Front door';
    if (question.startsWith('What it guards') || question.startsWith('Its id')) {
      fake.house = { ...fake.house, zones: [zoneOf('button', 'panic'), zoneOf('door', 'entry')] };
      return question.startsWith('Its id') ? 'door' : '';
    }
    if (question.startsWith('A contact:')) return 'sister';
    if (question.startsWith('Their number')) {
      fake.house = { ...fake.house, contacts: [{ id: 'sister', proven: false, asked: false }] };
      return '+447700900123';
    }
    if (question.startsWith('Enter when they have answered')) {
      fake.house = {
        ...fake.house,
        contacts: [{ id: 'sister', proven: true, asked: false }],
        paths: HOUSE.paths.slice(0, 1),
      };
      return '';
    }
    if (question.startsWith('Rooms she would')) return 'Bedroom, Kitchen';
    if (question.startsWith('The room')) {
      walked += 1;
      switch (walked) {
        case 1:
          return 'Bedroom';
        case 2:
          fake.walk('button', 'pressed');
          await shown(said, '✓ button from Bedroom');
          return 'Kitchen';
        case 3:
          fake.walk('button', 'pressed');
          await shown(said, '✓ button from Kitchen');
          fake.walk('door', 'opened');
          await shown(said, '✓ door, 1 of 2');
          return 'waive zone:door Painters hold it open today';
        default:
          return '';
      }
    }
    if (question.startsWith('Let each answer')) {
      fake.answer({ name: 'twilio to sister', answeredAfterMs: 3_100, result: 'answered', why: '' });
      fake.testsOver();
      await shown(said, '✓ twilio to sister, 3.1 s');
      return '';
    }
    if (question.startsWith('Nothing is missing')) return '/media/stick';
    return '';
  };

  const { status, said } = await played(fake, answering, deps);
  expect([status, said.includes('handed over')]).toEqual([0, true]);
  expect(said.match(/^── \S+ ──/gm)?.filter((one, index, all) => one !== all[index - 1])).toEqual([
    '── checks ──',
    '── items ──',
    '── devices ──',
    '── contacts ──',
    '── residents ──',
    '── secrets ──',
    '── walk ──',
    '── paths ──',
    '── handover ──',
  ]);
  expect(said).toContain('zigbee2mqtt/door  contact open  signal good, battery 71 %');
  expect(said).toContain('zigbee2mqtt  fresh');
  expect(said).toContain('AGE-SECRET-KEY-1');
  expect(fake.papers[0]?.certificate.zones.map(({ id, tests }) => [id, tests.length])).toEqual([
    ['button', 2],
    ['door', 1],
  ]);
  expect(fake.calls.map(([what]) => what)).toEqual(
    expect.arrayContaining(['learn', 'add-contact', 'prove', 'renew', 'restart', 'remove-installers']),
  );
});
