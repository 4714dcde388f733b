import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signRequest } from '../../src/link/signed/signature.ts';
import { alarmReport, type Bench, deskHub, hubEnd, openBench, SECRET, SENDING, setupOf, signedIn } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench(setupOf([deskHub('h1', '1001'), deskHub('h2', '1002', { secret: null })]));
});
afterEach(() => bench.close());

const life = { waiting: 0, answers: [] };

describe('an alarm from the hub to the desk and back', () => {
  it('is seen, acknowledged, and answered in the heartbeat', async () => {
    const { station, door } = hubEnd(bench.running.port, 'h1');
    expect(await station.send(alarmReport('r1'), SENDING)).toMatchObject({ outcome: 'acked' });
    const ada = await signedIn(bench.url);
    const queue = await ada.get('/');
    expect(queue.text).toContain('Silent call for help');
    expect(queue.text).toContain('1001');
    expect(await ada.post('/cases/h1.1/acknowledge', {})).toMatchObject({ status: 303, location: '/' });
    expect(await station.supervise(life)).toMatchObject({ outcome: 'answered' });
    expect(door.lines).toEqual(['d2 acknowledge a1 by Ada']);
    await station.supervise({ waiting: 0, answers: [{ id: 'd2', done: 'done', why: null }] });
    expect(await station.supervise(life)).toMatchObject({ outcome: 'answered' });
    expect(door.lines).toEqual(['d2 acknowledge a1 by Ada']);
    expect((await ada.get('/cases/h1.1')).text).toContain('acknowledge taken');
    await station.close();
  });

  it('is one case however often it is said', async () => {
    const { station } = hubEnd(bench.running.port, 'h1');
    const report = alarmReport('r1');
    for (let times = 0; times < 3; times += 1) await station.send(report, SENDING);
    const { cases, total } = await bench.store.queue(10);
    expect(total).toBe(1);
    expect((await bench.store.caseFile(cases[0]?.id ?? ''))?.lines).toHaveLength(1);
    await station.close();
  });

  it('an id that a hub gives again for something else loses nothing', async () => {
    const { station } = hubEnd(bench.running.port, 'h1');
    await station.send(alarmReport('r1'), SENDING);
    expect(await station.send(alarmReport('r1', { kind: 'fire', alarm: 'a2' }), SENDING)).toMatchObject({
      outcome: 'acked',
    });
    expect((await bench.store.queue(10)).total).toBe(2);
    await station.close();
  });

  it('is one case although its zone got another name between two tries', async () => {
    const { station } = hubEnd(bench.running.port, 'h1');
    const first = alarmReport('r1');
    await station.send(first, SENDING);
    await station.send({ ...first, zone: { id: 'bedside', number: 7, name: 'Another name' } }, SENDING);
    expect((await bench.store.caseFile('h1.1'))?.lines).toHaveLength(1);
    await station.close();
  });

  it('a hub whose clock is an hour off is heard all the same', async () => {
    const { station } = hubEnd(bench.running.port, 'h1', SECRET, 3_600_000);
    expect(await station.supervise(life)).toMatchObject({ outcome: 'answered' });
    await station.close();
  });
});

interface Sent {
  readonly hub?: string;
  readonly secret?: string;
  readonly aheadMs?: number;
  readonly body?: string;
  readonly signature?: string;
}

async function send({ hub = 'h1', secret = SECRET, aheadMs = 0, body = beat('b1'), signature }: Sent) {
  const time = new Date(Date.now() + aheadMs).toISOString();
  return sendRaw(hub, time, signature ?? signRequest(secret, time, body), body);
}

async function sendRaw(hub: string, time: string, signature: string, body: string) {
  const answer = await fetch(`${bench.url}/hub`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'lantern-hub': hub,
      'lantern-time': time,
      'lantern-signature': signature,
    },
    body,
  });
  return { status: answer.status, said: (await answer.json()) as Record<string, unknown> };
}

const beat = (id: string, hub = 'h1'): string =>
  JSON.stringify({ type: 'heartbeat', hub, id, everySeconds: 30, waiting: 0, answers: [] });

describe('what is refused, in words', () => {
  const rows: readonly (readonly [what: string, sent: Sent, status: number, error: string, words: RegExp])[] = [
    ['a wrong secret', { secret: 'another secret altogether' }, 401, 'bad_signature', /secrets of hub and desk differ/],
    ['no signature', { signature: '' }, 401, 'bad_signature', /signature is wrong/],
    ['a clock behind', { aheadMs: -61_000 }, 401, 'clock_skew', /6\d s behind/],
    ['a clock ahead', { aheadMs: 63_000 }, 401, 'clock_skew', /6\d s ahead/],
    ['an unknown hub', { hub: 'h9' }, 404, 'unknown_hub', /No hub of this id/],
    ['a hub without a secret', { hub: 'h2' }, 404, 'unknown_hub', /No hub of this id/],
    ['no JSON', { body: 'x' }, 400, 'not_readable', /neither a report nor a heartbeat/],
    ['the words of another hub', { body: beat('b1', 'h2') }, 400, 'not_readable', /of this hub/],
  ];
  for (const [what, sent, status, error, words] of rows) {
    it(what, async () => {
      const answer = await send(sent);
      expect(answer).toMatchObject({ status, said: { ok: false, error } });
      expect(answer.said['why']).toMatch(words);
    });
  }

  it('a sign of life played again', async () => {
    const time = new Date().toISOString();
    const signature = signRequest(SECRET, time, beat('b1'));
    expect(await sendRaw('h1', time, signature, beat('b1'))).toMatchObject({ status: 200 });
    expect(await sendRaw('h1', time, signature, beat('b1'))).toMatchObject({
      status: 409,
      said: { error: 'replayed' },
    });
    await bench.running.desk.tick();
    expect(await sendRaw('h1', time, signature, beat('b1'))).toMatchObject({
      status: 409,
      said: { error: 'replayed' },
    });
  });

  it('a body changed on the way', async () => {
    const time = new Date().toISOString();
    expect(await sendRaw('h1', time, signRequest(SECRET, time, beat('b1')), beat('b2'))).toMatchObject({
      status: 401,
      said: { error: 'bad_signature' },
    });
  });

  it('a body that is too long', async () => {
    const body = JSON.stringify({ x: 'y'.repeat(70_000) });
    const time = new Date().toISOString();
    const answer = await fetch(`${bench.url}/hub`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'lantern-hub': 'h1',
        'lantern-time': time,
        'lantern-signature': signRequest(SECRET, time, body),
      },
      body,
    });
    expect(answer.status).toBe(413);
  });
});

describe('time', () => {
  const silent = async () => (await bench.store.queue(10)).cases.filter(({ kind }) => kind === 'silence');

  it('a hub that says nothing for 90 s is an alarm, and its next word says that it is back', async () => {
    const { station } = hubEnd(bench.running.port, 'h1');
    await station.supervise(life);
    await bench.running.desk.tick();
    for (let s = 0; s < 88; s += 8) {
      bench.pass(8_000);
      await bench.running.desk.tick();
    }
    expect(await silent()).toEqual([]);
    bench.pass(4_000);
    await bench.running.desk.tick();
    expect((await silent()).map(({ hub }) => hub)).toEqual(['h1', 'h2']);
    await station.supervise(life);
    expect((await silent()).find(({ hub }) => hub === 'h1')?.over).toBe('the hub is back');
    await station.close();
  });

  it('nobody is called silent because the desk was away', async () => {
    await bench.running.desk.tick();
    bench.pass(600_000);
    await bench.running.desk.tick();
    expect(await silent()).toEqual([]);
  });
});
