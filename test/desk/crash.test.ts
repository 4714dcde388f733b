import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wallTime } from '../../src/base/time.ts';
import { openStore } from '../../src/desk/open.ts';
import { addOperator } from '../../src/desk/operators.ts';
import { type Running, start, stopAll } from '../cli/processes.ts';
import { freePort } from '../link/mqtt/mosquitto.ts';
import { alarmReport, hubEnd, OPERATOR, QUIET, SECRET, SENDING, signedIn, tempDir, type Visitor } from './bench.ts';
import { hasPostgres, itWithPostgres, type Postgres, startPostgres } from './postgres.ts';

// Real desk processes, ended as a power cut would end them.

let postgres: Postgres | null = null;
beforeAll(async () => {
  if (hasPostgres) postgres = await startPostgres();
});
afterAll(async () => {
  await stopAll();
  await postgres?.remove();
});

/** A hub keeps what it sends, so a repetition says the same time. */
const WHEN = wallTime(Date.UTC(2026, 10, 21, 18, 40));

interface Place {
  readonly dir: string;
  readonly config: string;
  readonly database: string | null;
  remove(): void;
}

async function makePlace(database: string | null): Promise<Place> {
  const temp = tempDir();
  const config = join(temp.dir, 'desk.yaml');
  writeFileSync(config, `hubs: [{ id: h1, account: "1001", secret: "${SECRET}" }]\n`);
  const place = { dir: join(temp.dir, 'data'), database };
  const store = await openStore(place, QUIET);
  await addOperator(store, OPERATOR.name, OPERATOR.password);
  await store.close();
  return { ...place, config, remove: temp.remove };
}

async function startDesk({ dir, config, database }: Place, port: number): Promise<Running> {
  const where = database === null ? [] : ['--database', database];
  const desk = start(['desk', '--config', config, '--data', dir, '--port', String(port), ...where]);
  await desk.line((line) => line.includes('desk ready'));
  return desk;
}

async function kill({ child }: Running): Promise<void> {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}

/** Sends as a hub does: until it has an answer that proves it. Ends when `isOver`. */
async function sendAll(port: number, count: number, onAcked: (done: number) => void): Promise<void> {
  const { station } = hubEnd(port, 'h1');
  for (let n = 0; n < count; n += 1) {
    while ((await station.send(alarmReport(`r${n}`, { alarm: `a${n}`, at: WHEN }), SENDING)).outcome !== 'acked') {
      await new Promise((done) => setTimeout(done, 20));
    }
    onAcked(n + 1);
  }
  await station.close();
}

async function recorded(place: Place): Promise<{ readonly raised: readonly string[]; readonly notes: number }> {
  const store = await openStore(place, QUIET);
  const lines = await store.lines('h1', 1000);
  const { cases } = await store.queue(1000);
  await store.close();
  const raised = cases.map(({ alarm }) => alarm ?? '');
  expect(lines.filter(({ what }) => what === 'personal-silent')).toHaveLength(raised.length);
  return { raised, notes: lines.filter(({ what }) => what === 'note').length };
}

async function untilDone(work: () => Promise<boolean>): Promise<void> {
  while (!(await work().catch(() => false))) await new Promise((done) => setTimeout(done, 20));
}

async function story(place: Place): Promise<void> {
  const port = await freePort();
  let desk = await startDesk(place, port);
  const count = 40;
  const killAt = [7, 21, 33];
  let kills = Promise.resolve();
  await sendAll(port, count, (done) => {
    if (!killAt.includes(done)) return;
    kills = kills.then(async () => {
      await kill(desk);
      desk = await startDesk(place, port);
    });
  });
  await kills;
  const ada: Visitor = await signedIn(`http://127.0.0.1:${port}`);
  const note = { text: 'written once', once: 'the-same-form' };
  await ada.post('/cases/h1.1/note', note);
  await kill(desk);
  desk = await startDesk(place, port);
  await untilDone(async () => (await ada.post('/cases/h1.1/note', note)).status === 303);
  await kill(desk);
  const { raised, notes } = await recorded(place);
  expect(raised.toSorted()).toEqual(Array.from({ length: count }, (_, n) => `a${n}`).toSorted());
  expect(notes).toBe(1);
}

describe('a desk that is killed loses nothing and shows nothing twice', () => {
  it('on its own store', async () => {
    const place = await makePlace(null);
    await story(place);
    place.remove();
  });

  itWithPostgres('on PostgreSQL', async () => {
    const place = await makePlace((await postgres?.database()) ?? '');
    await story(place);
    place.remove();
  });

  itWithPostgres('and the one beside it goes on', async () => {
    const place = await makePlace((await postgres?.database()) ?? '');
    const ports = [await freePort(), await freePort()] as const;
    const [first] = await Promise.all(ports.map((port) => startDesk(place, port)));
    const ada = await signedIn(`http://127.0.0.1:${ports[0]}`);
    await sendAll(ports[0], 3, () => {});
    if (first !== undefined) await kill(first);
    // The session is known to the other desk as well.
    const here = (path: string) => `http://127.0.0.1:${ports[1]}${path}`;
    expect((await fetch(here('/'), { headers: { cookie: ada.cookie() } })).status).toBe(200);
    await sendAll(ports[1], 5, () => {});
    await stopAll();
    expect((await recorded(place)).raised.toSorted()).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    place.remove();
  });
});

describe('a stop that is asked for', () => {
  it('ends with 0', async () => {
    const place = await makePlace(null);
    const desk = await startDesk(place, await freePort());
    const ended = new Promise((done) => desk.child.once('exit', done));
    desk.child.kill('SIGTERM');
    expect(await ended).toBe(0);
    place.remove();
  });
});
