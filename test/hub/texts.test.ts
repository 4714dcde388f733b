import { describe, expect, it } from 'vitest';
import { duration, seconds } from '../../src/base/time.ts';
import { type TestAsked, type TestResult, testAlert } from '../../src/hub/test-alert.ts';
import { createFakePath, type FakePath } from '../link/texts/fake-path.ts';
import { createFakeClock } from './fakes.ts';
import { settledWorld, startWorld, type World } from './world.ts';

// Two paths through the whole hub: tests, proofs, and what comes in.

const SISTER = '+447700900123';

interface Two {
  readonly world: World;
  readonly twilio: FakePath;
  readonly modem: FakePath;
}

async function two(): Promise<Two> {
  const clock = createFakeClock();
  const twilio = createFakePath(clock.wall, 'twilio');
  const modem = createFakePath(clock.wall, 'modem');
  return { world: await settledWorld({ clock, texts: [twilio, modem] }), twilio, modem };
}

async function test({ world }: Two, pass: number, wait = duration(0)): Promise<readonly TestResult[]> {
  const results: TestResult[] = [];
  const contacts: TestAsked['contacts'] = world.hub.contacts().map(({ contact }) => contact);
  const asked = { paths: ['twilio', 'modem'], contacts, stations: [], wait, gone: new AbortController().signal };
  const done = testAlert(world.hub, world.clock, asked, (result) => results.push(result));
  await world.pass(pass);
  await Promise.race([done, world.rest()]);
  return results;
}

const shown = (results: readonly TestResult[]): readonly string[] =>
  results.map(({ path, result, ok }) => `${path}: ${result}${ok ? '' : ' (failed)'}`).toSorted();

describe('a test of every path', () => {
  it('is delivered on each, and each hop has its time', async () => {
    const results = await test(await two(), 5);
    expect(shown(results)).toEqual([
      'modem to friend: delivered',
      'modem to sister: delivered',
      'twilio to friend: delivered',
      'twilio to sister: delivered',
    ]);
    for (const { hops } of results) expect(Object.keys(hops)).toEqual(['handedOver', 'accepted', 'delivered']);
  });
  it('says in words what failed', async () => {
    const house = await two();
    const refused = { outcome: 'refused', why: 'error 21211: the number of the contact is not valid' } as const;
    house.twilio.script({ result: refused, taken: false }, { result: refused, taken: false });
    house.modem.down('down');
    const results = await test(house, 46);
    expect(shown(results)).toEqual([
      'modem to friend: no answer (failed)',
      'modem to sister: no answer (failed)',
      'twilio to friend: refused (failed)',
      'twilio to sister: refused (failed)',
    ]);
    expect(results.find(({ path }) => path === 'twilio to sister')?.why).toContain('not valid');
    expect(results.find(({ path }) => path === 'modem to sister')?.why).toContain('did not say that it took it');
  });
  it('taken and never confirmed is told as that', async () => {
    const house = await two();
    for (const path of [house.twilio, house.modem]) {
      for (let number = 1; number < 9; number += 1) {
        path.mark(`SM${String(number).padStart(32, '0')}`, { outcome: 'known', status: 'accepted', why: null });
      }
    }
    const results = await test(house, 25);
    expect(new Set(results.map(({ result }) => result))).toEqual(new Set(['accepted']));
    expect(results[0]?.why).toContain('ask whether it did');
  });
  it('waits for replies when asked to, and tells who gave none', async () => {
    const house = await two();
    const waiting = test(house, 121, seconds(120));
    await house.world.rest();
    const number = /OK (\d{4})/.exec(house.twilio.sent.find(({ to }) => to === SISTER)?.body ?? '')?.[1];
    house.twilio.receive(SISTER, `OK ${number}`);
    const results = await waiting;
    expect(shown(results)).toEqual([
      'modem to friend: delivered',
      'modem to sister: delivered',
      'twilio to friend: delivered',
      'twilio to sister: answered',
    ]);
  });
});

describe('proofs', () => {
  it('nobody is asked at a start, and who is asked is proven by a YES, over a restart too', async () => {
    const { world, twilio, modem } = await two();
    await world.pass(120);
    expect([...twilio.sent, ...modem.sent]).toEqual([]);
    expect(world.hub.prove('nobody')).toBe(false);
    expect(world.hub.prove('sister')).toBe(true);
    await world.rest();
    expect([twilio.sent.length, modem.sent.length]).toEqual([1, 1]);
    modem.receive(SISTER, 'yes');
    modem.ping();
    await world.rest();
    const [sister, friend] = world.hub.contacts();
    expect(sister).toMatchObject({ contact: 'sister', proven: true, asked: null });
    expect(Object.keys(sister?.paths ?? {})).toEqual(['modem']);
    expect(friend).toMatchObject({ contact: 'friend', proven: false, last: null });
    const next = await startWorld({
      restored: world.journal.restored(),
      clock: createFakeClock(world.clock.now()),
      texts: [twilio, modem],
    });
    expect(next.hub.contacts()[0]).toMatchObject({ contact: 'sister', proven: true });
  });
  it('nobody proven is a fault after an hour, where texts are sent at all', async () => {
    const { world } = await two();
    await world.pass(60);
    expect(world.attributes()['faults']).toEqual([]);
    for (let minute = 0; minute < 61; minute += 1) {
      world.clock.pass(60_000);
      await world.rest();
    }
    expect(world.attributes()['faults']).toContain('contacts_unproven');
  });
});

describe('a path that says that something came in', () => {
  it('is fetched from at once', async () => {
    const { world, modem } = await two();
    world.says('loud-panic', { action: 'single' });
    await world.rest();
    const number = /OK (\d{4})/.exec(modem.sent[0]?.body ?? '')?.[1];
    modem.receive(SISTER, `OK ${number}`);
    modem.ping();
    await world.rest();
    expect(world.attributes()['alarm']).toMatchObject({ kind: 'personal', acknowledgedBy: 'sister' });
  });
});
