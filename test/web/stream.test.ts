import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { History, LocalNews, LocalRow } from '../../src/hub/ports.ts';
import { type Audience, createStreams } from '../../src/web/stream.ts';
import { settledWorld } from '../hub/world.ts';
import { type Client, openSite, type Site } from './support.ts';

/** A real event stream, read event by event. */
interface Listening {
  readonly status: number;
  readonly type: string | undefined;
  /** The next event of this name; waits for it. */
  next(event: string): Promise<{ readonly id: string | null; readonly data: { readonly [name: string]: unknown } }>;
  /** Names and ids of all that came so far. */
  readonly seen: () => readonly string[];
  readonly over: Promise<void>;
  stop(): void;
}

const listening: Listening[] = [];
afterEach(() => {
  for (const one of listening.splice(0)) one.stop();
});

function listen(
  { server }: Site,
  client: Client,
  headers: Record<string, string> = {},
  query = '',
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const request: ClientRequest = get(
      {
        host: '127.0.0.1',
        port: server.port,
        path: `/api/stream${query}`,
        agent: false,
        headers: { cookie: client.cookie() ?? '', ...headers },
      },
      (response) => {
        const one = reader(response, request);
        listening.push(one);
        resolve(one);
      },
    );
    request.on('error', reject);
  });
}

function reader(response: IncomingMessage, request: ClientRequest): Listening {
  const events: { event: string; id: string | null; data: { [name: string]: unknown } }[] = [];
  const wanted: { event: string; from: number; give: (event: (typeof events)[number]) => void }[] = [];
  let text = '';
  const taken = new Map<string, number>();
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
      const event = field('event');
      if (event !== null) events.push({ event, id: field('id'), data: JSON.parse(field('data') ?? 'null') });
    }
    for (const want of [...wanted]) {
      const found = events.findIndex((one, place) => place >= want.from && one.event === want.event);
      if (found < 0) continue;
      wanted.splice(wanted.indexOf(want), 1);
      taken.set(want.event, found + 1);
      want.give(events[found] as (typeof events)[number]);
    }
  });
  response.on('error', () => {});
  const over = new Promise<void>((resolve) => response.on('close', () => resolve()));
  return {
    status: response.statusCode ?? 0,
    type: response.headers['content-type'],
    next: (event) =>
      new Promise((give) => {
        const from = taken.get(event) ?? 0;
        const found = events.findIndex((one, place) => place >= from && one.event === event);
        if (found < 0) {
          wanted.push({ event, from, give });
          return;
        }
        taken.set(event, found + 1);
        give(events[found] as (typeof events)[number]);
      }),
    seen: () => events.map(({ event, id }) => (id === null ? event : `${event} ${id}`)),
    over,
    stop: () => request.destroy(),
  };
}

describe('GET /api/stream', () => {
  it('begins with everything, and goes on with what changes', async () => {
    const site = await openSite();
    const page = await site.signedIn('anna');
    const stream = await listen(site, page);
    expect([stream.status, stream.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect((await stream.next('state')).data).toEqual((await page.ask('GET', '/api/state')).body);
    await page.ask('POST', '/api/arm', { body: { mode: 'home' } });
    expect((await stream.next('panel')).data).toMatchObject({ state: 'armed_home', attributes: { changedBy: 'Anna' } });
    site.world.says('front-door', { contact: false });
    await site.world.rest();
    expect((await stream.next('zone')).data).toMatchObject({ id: 'front-door', open: true });
    site.world.says('back-window', { contact: false });
    await site.world.rest();
    expect((await stream.next('output')).data).toEqual({ id: 'siren', state: 'on' });
  });

  it('tells a walk test to those who may walk, and who is told to those who may see alarms', async () => {
    const site = await openSite();
    const anna = await site.signedIn('anna');
    const vera = await site.signedIn('vera');
    await anna.ask('POST', '/api/installer', { body: { minutes: 30 } });
    const ivan = await site.signedIn('ivan');
    const [hers, his, visitors] = await Promise.all([anna, ivan, vera].map((one) => listen(site, one)));
    if (hers === undefined || his === undefined || visitors === undefined) throw new Error('three streams');
    for (const one of [hers, his, visitors]) await one.next('state');
    expect((await ivan.ask('POST', '/api/walk', { body: { minutes: 5 } })).status).toBe(200);
    site.world.says('panic', { action: 'single' });
    await site.world.rest();
    for (const one of [hers, his])
      expect((await one.next('walk')).data).toMatchObject({ zone: 'panic', what: 'pressed' });
    site.world.says('leak', { water_leak: true });
    await site.world.rest();
    expect((await hers.next('alarms')).data).toMatchObject({ alarms: [{ id: 'a1', told: [{ contact: 'sister' }] }] });
    site.world.says('front-door', { contact: false });
    await site.world.rest();
    await Promise.all([hers, his, visitors].map((one) => one.next('zone')));
    const kinds = (one: Listening) => ['walk', 'alarms'].filter((kind) => one.seen().includes(kind));
    expect([kinds(hers), kinds(his), kinds(visitors)]).toEqual([['walk', 'alarms'], ['walk'], []]);
  });

  it('stops telling a walk test when the code is old', async () => {
    const site = await openSite();
    const anna = await site.signedIn('anna');
    await anna.ask('POST', '/api/walk', { body: { minutes: 30 } });
    const stream = await listen(site, anna);
    await stream.next('state');
    site.world.clock.pass(11 * 60_000);
    site.world.says('front-door', { contact: false });
    await site.world.rest();
    await stream.next('zone');
    expect(stream.seen()).not.toContain('walk');
  });

  it('shows rows under their number, and takes up where a client left off', async () => {
    const site = await openSite();
    const page = await site.signedIn('anna');
    const first = await listen(site, page);
    await first.next('state');
    await page.ask('POST', '/api/arm', { body: { mode: 'home' } });
    const row = await first.next('row');
    expect(row.data).toMatchObject({ type: 'armed', seq: Number(row.id) });
    first.stop();
    await page.ask('POST', '/api/disarm', { body: { code: '482913' } });
    await page.ask('POST', '/api/arm', { body: { mode: 'home' } });
    const second = await listen(site, page, { 'last-event-id': row.id ?? '' });
    expect([(await second.next('row')).data['type'], (await second.next('row')).data['type']]).toEqual([
      'disarmed',
      'armed',
    ]);
    const third = await listen(site, page, {}, '?after=0');
    expect([(await third.next('row')).id, (await third.next('row')).id]).toEqual(['1', '2']);
  });

  it('keeps rows from whoever may not see the log, and sends them once the code is fresh', async () => {
    const site = await openSite();
    const phone = await site.signedIn('anna', 'phone');
    site.world.clock.pass(11 * 60_000);
    const stream = await listen(site, phone, { 'last-event-id': '0' });
    await phone.ask('POST', '/api/arm', { body: { mode: 'home' } });
    await stream.next('panel');
    expect(stream.seen().filter((one) => one.startsWith('row'))).toEqual([]);
    await phone.ask('POST', '/api/session', { body: { code: '482913' } });
    await phone.ask('POST', '/api/arm', { body: { mode: 'night' } });
    expect((await stream.next('row')).data['type']).toBe('armed');
  });

  for (const name of ['vera', 'ivan', 'mona'] as const) {
    it(`shows ${name} no row of the log`, async () => {
      const site = await openSite();
      const anna = await site.signedIn('anna');
      await anna.ask('POST', '/api/installer', { body: { minutes: 5 } });
      const other = await site.signedIn(name);
      const stream = await listen(site, other, { 'last-event-id': '0' });
      if (name === 'mona') {
        expect(stream.status).toBe(403);
        return;
      }
      await anna.ask('POST', '/api/arm', { body: { mode: 'home' } });
      await stream.next('panel');
      expect(stream.seen().filter((one) => one.startsWith('row'))).toEqual([]);
    });
  }

  it('ends when the session does', async () => {
    const site = await openSite();
    const page = await site.signedIn('anna');
    const stream = await listen(site, page);
    await page.ask('DELETE', '/api/session');
    await stream.over;
    expect(stream.seen()).toEqual(['state']);
  });

  it('needs a session, and is refused in words', async () => {
    const site = await openSite();
    expect(await site.client().ask('GET', '/api/stream')).toMatchObject({ status: 401, body: { error: 'no_session' } });
  });

  it('is open four times a session, and thirty-two times in all', async () => {
    const site = await openSite();
    const pages: Client[] = [];
    for (const name of ['anna', 'vera'] as const) {
      for (let more = 0; more < 5; more += 1) pages.push(await site.signedIn(name));
    }
    const opened: number[] = [];
    for (const page of pages) for (let more = 0; more < 4; more += 1) opened.push((await listen(site, page)).status);
    expect(opened.filter((status) => status === 200)).toHaveLength(32);
    const [page] = pages;
    const refused = await page?.ask('GET', '/api/stream');
    expect([refused?.status, refused?.body['error']]).toEqual([503, 'too_many_streams']);
    listening[0]?.stop();
    await listening[0]?.over;
  });

  it('is closed with the server, which waits for nobody', async () => {
    const site = await openSite();
    const page = await site.signedIn('anna');
    const stream = await listen(site, page);
    await site.server.close();
    await stream.over;
  });

  it('drops a client that has stopped reading, and goes on at once for the others', async () => {
    const listeners = new Set<(news: LocalNews) => void>();
    const watch = (listener: (news: LocalNews) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    };
    const site = await openSite({ window: (real) => ({ ...real, watch }) });
    const page = await site.signedIn('anna');
    const reads = await listen(site, page);
    await reads.next('state');
    const frozen = connect(site.server.port, '127.0.0.1');
    frozen.on('error', () => {});
    frozen.write(`GET /api/stream HTTP/1.1\r\nhost: localhost\r\ncookie: ${page.cookie()}\r\n\r\n`);
    await new Promise<void>((begun) => frozen.once('data', () => begun()));
    frozen.pause();
    // More than both sockets and the server hold for it. The other one reads on.
    const last = 1500;
    for (let seq = 1; seq <= last; seq += 1) {
      const data = { words: 'x'.repeat(10_000) };
      for (const listener of listeners) listener({ type: 'row', row: { ...row(seq), data } });
      expect((await reads.next('row')).id).toBe(String(seq));
    }
    let held = '';
    frozen.on('data', (chunk: Buffer) => (held += chunk.toString()));
    const closed = new Promise((resolve) => frozen.on('close', resolve));
    frozen.resume();
    await closed;
    expect(held).not.toContain(`id: ${last}\n`);
    await page.ask('POST', '/api/arm', { body: { mode: 'home' } });
    expect(site.world.state()).toBe('armed_home');
  });
});

// ---- what a socket cannot be made to do at will: the same writer before a stream that stands still ----------------------

class Slow extends PassThrough {
  wrote = '';
  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.wrote += chunk.toString();
    this.hold = done;
  }
  hold: (() => void) | null = null;
}

const all: Audience = () => ({ state: 'yes', rows: 'yes', alarms: 'yes', walk: 'yes' });

function rowsUpTo(last: number): History {
  return {
    async local(after, limit) {
      const seqs = Array.from({ length: Math.max(0, Math.min(limit, last - after)) }, (_, index) => after + index + 1);
      return seqs.map(row);
    },
    newest: async () => [],
  };
}

const row = (seq: number): LocalRow => ({
  seq,
  at: '2026-11-21T20:00:00.000Z',
  type: 'notice',
  data: { zone: 'gate' },
});

async function streamsBefore(history: History, pingMs?: number) {
  const { hub } = await settledWorld();
  const listeners = new Set<(news: LocalNews) => void>();
  const window = {
    view: hub.window.view,
    tellings: hub.window.tellings,
    watch(listener: (news: LocalNews) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const streams = createStreams({ window, history, ...(pingMs === undefined ? {} : { pingMs }) });
  const tell = (news: LocalNews): void => {
    for (const listener of listeners) listener(news);
  };
  return { streams, tell };
}

/** Until it is so; the test's own time limit ends what never will be. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

const ids = (text: string): readonly number[] => [...text.matchAll(/^id: (\d+)$/gm)].map((found) => Number(found[1]));

describe('one stream', () => {
  it('sends every row once and in order, although new ones come while old ones are read', async () => {
    const { streams, tell } = await streamsBefore(rowsUpTo(450));
    const raw = new PassThrough();
    let text = '';
    raw.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    streams.open(raw as never, 's', all, 0);
    for (let seq = 440; seq <= 460; seq += 1) tell({ type: 'row', row: row(seq) });
    await until(() => ids(text).length >= 460);
    expect(ids(text)).toEqual(Array.from({ length: 460 }, (_, index) => index + 1));
    streams.close();
  });

  it('tells of a gap after ten pages, and goes on with what comes', async () => {
    const { streams, tell } = await streamsBefore(rowsUpTo(1_000_000));
    const raw = new PassThrough();
    let text = '';
    raw.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    streams.open(raw as never, 's', all, 5);
    await until(() => text.includes('event: gap'));
    expect(text).toContain('event: gap\ndata: {"after":2005}');
    tell({ type: 'row', row: row(1_000_001) });
    await until(() => text.includes('id: 1000001'));
    streams.close();
  });

  it('is dropped with 256 KiB unread', async () => {
    const { streams, tell } = await streamsBefore(rowsUpTo(0));
    const raw = new Slow();
    streams.open(raw as never, 's', all, null);
    let told = 0;
    for (; !raw.destroyed && told < 10_000; told += 1) {
      tell({ type: 'row', row: { ...row(told), data: { words: 'x'.repeat(1000) } } });
    }
    expect([told > 200, told < 300]).toEqual([true, true]);
    expect(streams.hasRoom('s')).toBe(true);
    streams.close();
  });

  it('is dropped when nothing was read from one ping to the next', async () => {
    const { streams } = await streamsBefore(rowsUpTo(0), 1);
    const raw = new Slow();
    streams.open(raw as never, 's', all, null);
    await until(() => raw.destroyed);
    streams.close();
  });

  it('with the log unreadable says so as a gap', async () => {
    const { streams } = await streamsBefore({ local: async () => null, newest: async () => null });
    const raw = new PassThrough();
    let text = '';
    raw.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    streams.open(raw as never, 's', all, 7);
    await until(() => text.includes('event: gap\ndata: {"after":7}'));
    streams.close();
  });
});
