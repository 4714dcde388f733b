import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addOperator } from '../../src/desk/operators.ts';
import {
  alarmReport,
  type Bench,
  deskHub,
  hubEnd,
  OPERATOR,
  openBench,
  SENDING,
  setupOf,
  signedIn,
  visit,
} from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench(setupOf([deskHub('h1', '1001', { card: { person: 'Jo Example' } })]));
});
afterEach(() => bench.close());

async function alarm(): Promise<void> {
  const { station } = hubEnd(bench.running.port, 'h1');
  await station.send(alarmReport('r1'), SENDING);
  await station.close();
}

describe('who may in', () => {
  const closed = ['/', '/?part=queue', '/cases/h1.1', '/hubs', '/hubs/h1', '/closed', '/live'] as const;
  for (const path of closed) {
    it(`nobody sees ${path} without signing in`, async () => {
      await alarm();
      const page = await visit(bench.url).get(path);
      expect([303, 401]).toContain(page.status);
      expect(page.text).not.toContain('1001');
    });
  }
  it('a wrong password and an unknown name are told alike', async () => {
    const wrong = await visit(bench.url).post('/sign-in', { ...OPERATOR, password: 'nonsense at all' });
    const nobody = await visit(bench.url).post('/sign-in', { name: 'Eve', password: 'nonsense at all' });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(nobody.text).toBe(wrong.text);
  });
  it('after five wrong passwords a name waits, even for the right one', async () => {
    const visitor = visit(bench.url);
    for (let times = 0; times < 5; times += 1)
      await visitor.post('/sign-in', { ...OPERATOR, password: 'nonsense at all' });
    expect((await visitor.post('/sign-in', OPERATOR)).text).toContain('Wait one minute');
    bench.pass(61_000);
    expect((await visitor.post('/sign-in', OPERATOR)).status).toBe(303);
  });
  it('a shift ends', async () => {
    const ada = await signedIn(bench.url);
    bench.pass(12 * 3600_000 + 1000);
    expect(await ada.get('/')).toMatchObject({ status: 303, location: '/sign-in' });
  });
  it('who signed out is out', async () => {
    const ada = await signedIn(bench.url);
    const cookie = ada.cookie();
    await ada.post('/sign-out', {});
    expect((await fetch(`${bench.url}/`, { headers: { cookie }, redirect: 'manual' })).status).toBe(303);
  });
  it('nothing is kept of a page, and it loads nothing from elsewhere', async () => {
    const { headers } = await (await signedIn(bench.url)).get('/');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
  it('the cookie is out of reach of scripts and other sites', async () => {
    const answer = await fetch(`${bench.url}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams(OPERATOR),
      redirect: 'manual',
    });
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
  });
});

describe('passwords', () => {
  const rows = [
    ['Bo', 'too short', 'a password has 10 characters or more, at most 256'],
    ['Bo Long Name', 'my Bo Long Name!', 'a password must not hold the name it belongs to'],
    ['<b>', 'long enough for all', 'a name has letters, digits and spaces, at most 64'],
  ] as const;
  for (const [name, password, why] of rows) {
    it(`refused: ${why}`, async () =>
      expect(await addOperator(bench.store, name, password)).toEqual({ ok: false, why }));
  }
  it('are not what is kept', async () => {
    const [kept] = await bench.store.operators();
    expect(kept?.hash).toMatch(/^[0-9a-f]{32}:[0-9a-f]{64}$/);
  });
});

describe('forms', () => {
  it('of another session, or without its mark, do nothing', async () => {
    await alarm();
    const ada = await signedIn(bench.url);
    expect((await ada.post('/cases/h1.1/acknowledge', { csrf: 'x' })).status).toBe(403);
    expect((await bench.store.queue(1)).cases[0]?.state.is).toBe('open');
  });
  it('from another page do nothing', async () => {
    await alarm();
    const ada = await signedIn(bench.url);
    const headers = { cookie: ada.cookie(), origin: 'https://elsewhere.example' };
    const answer = await fetch(`${bench.url}/cases/h1.1/acknowledge`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(),
    });
    expect(answer.status).toBe(403);
  });
  it('sent twice do it once; with other words they say that they were used', async () => {
    await alarm();
    const ada = await signedIn(bench.url);
    const once = 'one-form';
    await ada.post('/cases/h1.1/note', { text: 'first', once });
    await ada.post('/cases/h1.1/note', { text: 'first', once });
    expect(await ada.post('/cases/h1.1/note', { text: 'second', once })).toMatchObject({
      status: 409,
      text: expect.stringContaining('This form was used before'),
    });
    expect((await bench.store.caseFile('h1.1'))?.lines.filter(({ what }) => what === 'note')).toHaveLength(1);
  });
  it('a case is not closed without an outcome', async () => {
    await alarm();
    const ada = await signedIn(bench.url);
    expect(await ada.post('/cases/h1.1/close', {})).toMatchObject({
      status: 409,
      text: expect.stringContaining('choose one'),
    });
    expect((await bench.store.queue(1)).total).toBe(1);
  });
  it('what a hub says cannot become a part of the page', async () => {
    const { station } = hubEnd(bench.running.port, 'h1');
    await station.send(alarmReport('r1', { zone: { id: 'z', number: 1, name: '<script>x</script>' } }), SENDING);
    await station.close();
    const { text } = await (await signedIn(bench.url)).get('/');
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toContain('<script>x');
  });
});

describe('a person’s details', () => {
  it('are shown to who asks, while a case is open, and each look is written down', async () => {
    await alarm();
    const ada = await signedIn(bench.url);
    expect((await ada.get('/cases/h1.1')).text).not.toContain('Jo Example');
    expect((await ada.post('/cases/h1.1/card', {})).text).toContain('Jo Example');
    expect((await ada.post('/cases/h1.1/card', {})).text).toContain('Jo Example');
    const looks = (await bench.store.caseFile('h1.1'))?.lines.filter(({ what }) => what === 'viewed the case card');
    expect(looks?.map(({ by }) => by)).toEqual(['Ada', 'Ada']);
    await ada.post('/cases/h1.1/close', { outcome: 'test' });
    expect((await ada.post('/cases/h1.1/card', {})).text).not.toContain('Jo Example');
    expect((await bench.store.caseFile('h1.1'))?.found.card).toBeNull();
  });
});
