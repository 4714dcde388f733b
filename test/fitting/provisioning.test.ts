import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { HeardDevice, ProvisionAct, Provisioning } from '../../src/hub/ports.ts';
import type { JobEvent } from '../../src/provision/job.ts';
import { begun, HOUSE, REFERRAL, wholeHour, zoneOf } from '../provision/bench.ts';
import { type FakeWorld, fakeWorld, ROBIN } from './world.ts';

const left: FakeWorld[] = [];
afterEach(() => {
  for (const { dir } of left.splice(0)) rmSync(dir, { recursive: true, force: true });
});

async function begin(): Promise<{ readonly fake: FakeWorld; readonly hour: Provisioning }> {
  const fake = fakeWorld();
  left.push(fake);
  const { provisioning } = fake.open();
  expect(await provisioning.start(REFERRAL, ROBIN)).toEqual({ ok: true });
  return { fake, hour: provisioning };
}

/** An event of the pure room as the act that brings it about; null: the house brings it. */
function actFor(event: JobEvent): ProvisionAct | null {
  if (event.type === 'check-answered') return { act: 'check', ...event };
  if (event.type === 'item-noted') return { act: 'item', ...event };
  if (event.type === 'room-named') return { act: 'name-room', room: event.room };
  if (event.type === 'stood-in') return { act: 'stand-in', room: event.room };
  return event.type === 'secrets-renewed' ? { act: 'renew-secrets' } : null;
}

/** Everything that has to be done, as an installer and a house do it. */
async function wholeHourOf({ fake, hour }: { readonly fake: FakeWorld; readonly hour: Provisioning }): Promise<void> {
  for (const event of wholeHour(begun())) {
    fake.second += 1;
    const asked = actFor(event);
    if (asked !== null) {
      const { type: _type, ...act } = asked as ProvisionAct & { type?: string };
      expect(await hour.act(act)).toMatchObject({ ok: true });
    } else if (event.type === 'walked') {
      if (hour.view()?.walkUntil === null) expect(await hour.act({ act: 'begin-walk' })).toEqual({ ok: true });
      fake.walk(event.zone, event.what);
    } else if (event.type === 'path-tested') {
      if (hour.view()?.testing.length === 0) expect(await hour.act({ act: 'test-paths' })).toEqual({ ok: true });
      fake.answer({ name: event.path, ...event.result });
    }
  }
  fake.testsOver();
  // What the house told is in the file once an act after it was answered.
  await hour.act({ act: 'stand-in', room: null });
}

it('plays from referral to handover, and leaves nothing of the job', async () => {
  const begunHour = await begin();
  const { fake, hour } = begunHour;
  await wholeHourOf(begunHour);
  expect(hour.view()).toMatchObject({ next: 'handover', missing: [] });
  expect(await hour.act({ act: 'finish' })).toMatchObject({
    ok: false,
    why: expect.stringMatching(/papers are not made/),
  });
  expect(await hour.act({ act: 'make-papers' })).toEqual({ ok: true });
  expect(hour.view()?.next).toBe('finish');
  expect(fake.papers[0]?.certificate).toMatchObject({ hub: 'hub-1', version: '1.2.3', log: { seq: 9, hash: 'ab' } });
  expect(await hour.act({ act: 'finish' })).toEqual({ ok: true });
  expect(hour.view()).toBeNull();
  expect(existsSync(join(fake.dir, 'provision.json'))).toBe(false);
  expect([fake.world.window.view().installerUntil, fake.world.window.view().walkUntil]).toEqual([null, null]);
  expect(fake.calls.slice(-3)).toEqual([
    ['remove-installers'],
    ['forget-papers'],
    ['record', 'handed-over', { zones: 3, contacts: 2, waived: 0 }],
  ]);
  expect(await hour.act({ act: 'restart' })).toMatchObject({
    ok: false,
    why: expect.stringMatching(/no job is begun/),
  });
});

it('goes on after a stop at every single step', async () => {
  const fake = fakeWorld();
  left.push(fake);
  let opened = fake.open();
  await opened.provisioning.start(REFERRAL, ROBIN);
  for (const event of wholeHour(begun())) {
    const before = opened.provisioning.view()?.job;
    opened.close();
    opened = fake.open();
    const hour = opened.provisioning;
    expect(hour.view()?.job).toEqual(before);
    const asked = actFor(event);
    if (asked !== null) {
      const { type: _type, ...act } = asked as ProvisionAct & { type?: string };
      await hour.act(act);
    } else if (event.type === 'walked') {
      fake.walk(event.zone, event.what);
    } else if (event.type === 'path-tested') {
      await hour.act({ act: 'test-paths' });
      fake.answer({ name: event.path, ...event.result });
    }
    await hour.act({ act: 'name-room', room: 'Bedroom' });
  }
  opened.close();
  expect(fake.open().provisioning.view()?.next).toBe('handover');
});

describe('a handover that stops on its way is done again from the beginning', () => {
  for (const fails of ['reviews', 'people'] as const) {
    it(`at the ${fails}`, async () => {
      const begunHour = await begin();
      const { fake, hour } = begunHour;
      await wholeHourOf(begunHour);
      await hour.act({ act: 'make-papers' });
      fake.fails = fails;
      expect(await hour.act({ act: 'finish' })).toEqual({ ok: false, why: `${fails} went wrong` });
      expect(existsSync(join(fake.dir, 'provision.json'))).toBe(true);
      fake.fails = 'nothing';
      const again = fake.open().provisioning;
      expect(await again.act({ act: 'finish' })).toEqual({ ok: true });
      expect(existsSync(join(fake.dir, 'provision.json'))).toBe(false);
    });
  }
  it('at the papers: they are not made', async () => {
    const begunHour = await begin();
    const { fake, hour } = begunHour;
    await wholeHourOf(begunHour);
    fake.fails = 'papers';
    expect(await hour.act({ act: 'make-papers' })).toEqual({ ok: false, why: 'papers went wrong' });
    expect(hour.view()?.next).toBe('handover');
  });
  it('and is one at a time', async () => {
    const begunHour = await begin();
    await wholeHourOf(begunHour);
    const { hour } = begunHour;
    const [first, second] = await Promise.all([hour.act({ act: 'make-papers' }), hour.act({ act: 'make-papers' })]);
    expect([first.ok, second]).toEqual([true, { ok: false, why: 'another step is under way; try again' }]);
  });
});

it('a handover is refused with everything that blocks it', async () => {
  const { hour, fake } = await begin();
  const refused = await hour.act({ act: 'make-papers' });
  expect(refused).toMatchObject({
    ok: false,
    why: expect.stringMatching(/^the handover is blocked by \d+: not confirmed yet/),
  });
  expect(refused.ok ? [] : refused.blockers?.map(({ id }) => id)).toEqual(expect.arrayContaining(['rooms', 'paths']));
  expect(fake.papers).toEqual([]);
});

describe('what the disk refuses has not happened', () => {
  it('an act is told so, and the hour stands where it stood', async () => {
    const { fake, hour } = await begin();
    const before = hour.view()?.job;
    fake.fails = 'disk';
    expect(await hour.act({ act: 'name-room', room: 'Attic' })).toEqual({ ok: false, why: 'disk went wrong' });
    expect(hour.view()?.job).toEqual(before);
    fake.fails = 'nothing';
    expect(await hour.act({ act: 'name-room', room: 'Attic' })).toEqual({ ok: true });
  });
  it('a job whose file cannot be read is neither gone on with nor begun anew', async () => {
    const fake = fakeWorld();
    left.push(fake);
    writeFileSync(join(fake.dir, 'provision.json'), '{"version":1');
    const hour = fake.open().provisioning;
    expect(hour.view()).toBeNull();
    for (const done of [await hour.start(REFERRAL, ROBIN), await hour.act({ act: 'restart' })])
      expect(done).toMatchObject({
        ok: false,
        why: expect.stringMatching(/is damaged or of another version; move it away/),
      });
    expect(readFileSync(join(fake.dir, 'provision.json'), 'utf8')).toBe('{"version":1');
  });
});

it('one job at a time', async () => {
  const { hour } = await begin();
  expect(await hour.start(REFERRAL, ROBIN)).toMatchObject({
    ok: false,
    why: expect.stringMatching(/is begun already/),
  });
});

describe('a contact', () => {
  const asked = { act: 'add-contact', id: 'friend', phone: '+447700900111', alarms: null } as const;
  it('is told of what is usual', async () => {
    const { fake, hour } = await begin();
    expect(await hour.act(asked)).toEqual({ ok: true });
    expect(fake.calls).toContainEqual(['add-contact', 'friend', null]);
  });
  it('who was added under threat is told of no call for help', async () => {
    const { fake, hour } = await begin();
    expect(await hour.act(asked, { duress: true })).toEqual({ ok: true });
    expect(fake.calls).toContainEqual(['add-contact', 'friend', ['intruder', 'tamper', 'fire', 'fault']]);
  });
});

describe('the walk', () => {
  it('is let in by nobody where nobody lives yet', async () => {
    const { hour } = await begin();
    expect(await hour.act({ act: 'begin-walk' })).toEqual({ ok: true });
    expect(hour.view()?.walkUntil).not.toBeNull();
  });
  it('is let in by her once she lives there', async () => {
    const fake = fakeWorld();
    left.push(fake);
    fake.resident = 'lets nobody in';
    const hour = fake.open().provisioning;
    await hour.start(REFERRAL, ROBIN);
    expect(await hour.act({ act: 'begin-walk' })).toMatchObject({
      ok: false,
      why: expect.stringMatching(/let installers in first/),
    });
    fake.resident = 'lets in';
    expect(await fake.open().provisioning.act({ act: 'begin-walk' })).toEqual({ ok: true });
  });
  it('is no longer for an installer whose code is gone', async () => {
    const { fake, hour } = await begin();
    fake.installer = 'gone';
    expect(await hour.act({ act: 'begin-walk' })).toMatchObject({
      ok: false,
      why: expect.stringMatching(/has no code/),
    });
  });
  it('shows each detection as it comes, and none that is told twice', async () => {
    const { fake, hour } = await begin();
    const seen: number[] = [];
    hour.watch(() => seen.push(hour.view()?.job.tests['door']?.length ?? 0));
    fake.walk('door', 'opened');
    fake.walk('door', 'closed');
    fake.walk('door', 'opened');
    await hour.act({ act: 'stand-in', room: null });
    expect(seen).toEqual([1, 2]);
  });
});

describe('the paths', () => {
  it('show what is waited for, and each answer as it comes', async () => {
    const { fake, hour } = await begin();
    await hour.act({ act: 'test-paths' });
    expect(hour.view()?.testing).toEqual(['twilio to sister', 'twilio to friend', 'desk']);
    expect(await hour.act({ act: 'test-paths' })).toMatchObject({ ok: false, why: expect.stringMatching(/under way/) });
    fake.answer({ name: 'desk', answeredAfterMs: 900, result: 'delivered', why: '' });
    await hour.act({ act: 'name-room', room: 'Hall' });
    expect(hour.view()?.testing).toEqual(['twilio to sister', 'twilio to friend']);
    expect(hour.view()?.job.paths['desk']).toMatchObject({ answeredAfterMs: 900 });
  });
  it('are none where nobody can be told', async () => {
    const { fake, hour } = await begin();
    fake.house = { ...HOUSE, paths: [{ name: 'arc', contact: null, tested: 'never' }] };
    expect(await hour.act({ act: 'test-paths' })).toMatchObject({
      ok: false,
      why: expect.stringMatching(/nobody to test/),
    });
  });
});

describe('waivers', () => {
  it('are for what is missing now', async () => {
    const { hour } = await begin();
    const reason = 'Locked until Friday';
    expect(await hour.act({ act: 'waive', what: 'zone:attic', reason })).toMatchObject({
      ok: false,
      why: expect.stringMatching(/nothing of that name/),
    });
    expect(await hour.act({ act: 'waive', what: 'rooms', reason })).toMatchObject({
      ok: false,
      why: expect.stringMatching(/^this is never waived/),
    });
    expect(await hour.act({ act: 'waive', what: 'zone:hall', reason })).toEqual({ ok: true });
    expect(await hour.act({ act: 'withdraw-waiver', what: 'zone:hall' })).toEqual({ ok: true });
  });
});

describe('learning', () => {
  const door: HeardDevice = {
    ...{
      topic: 'zigbee2mqtt/door',
      address: null,
      profile: 'zigbee2mqtt',
      gateway: null,
      id: 'door',
      said: 'contact open',
    },
    ...{ zone: 'entry', signal: 'weak', battery: 61, messages: 3 },
  };
  const device = { topic: door.topic, address: null, id: 'front', name: 'Front door', zone: 'entry', modes: null };
  it('writes what is heard, and keeps how it is heard', async () => {
    const { fake, hour } = await begin();
    fake.heard = [door];
    expect(await hour.act({ act: 'learn', device })).toEqual({ ok: true });
    expect(fake.calls).toEqual([['learn', 'zigbee2mqtt/door', 'front']]);
    expect(hour.view()?.job.devices).toMatchObject([
      { id: 'front', name: 'Front door', type: 'entry', signal: 'weak', battery: 61 },
    ]);
  });
  it('is not of what is heard no more', async () => {
    const { hour } = await begin();
    expect(await hour.act({ act: 'learn', device })).toMatchObject({
      ok: false,
      why: expect.stringMatching(/not heard any more/),
    });
  });
  it('fills in how a silent button is heard', async () => {
    const { fake, hour } = await begin();
    fake.heard = [{ ...door, zone: 'panic' }];
    await hour.act({ act: 'learn', device: { ...device, id: 'button', zone: 'panic' } });
    fake.house = { ...HOUSE, zones: [zoneOf('button', 'panic', { signal: null, battery: null })] };
    expect(hour.view()?.house.zones).toMatchObject([{ signal: 'weak', battery: 61 }]);
    expect(hour.view()?.missing.map(({ id }) => id)).toContain('signal:button');
  });
});

it('secrets are shown once, and what was walked before counts no more', async () => {
  const { fake, hour } = await begin();
  fake.walk('door', 'opened');
  expect(await hour.act({ act: 'renew-secrets' })).toEqual({
    ok: true,
    secrets: [{ name: 'zigbee2mqtt', password: 'fresh' }],
  });
  expect(hour.view()?.job.tests).toEqual({});
  expect(readFileSync(join(fake.dir, 'provision.json'), 'utf8')).not.toContain('fresh');
});
