import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Agent, get, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openStore } from '../../src/desk/open.ts';
import { addOperator } from '../../src/desk/operators.ts';
import { signRequest } from '../../src/link/signed/signature.ts';
import { start, stop } from '../cli/processes.ts';
import { freePort } from '../link/mqtt/mosquitto.ts';
import { OPERATOR, QUIET, SECRET, signedIn, tempDir } from './bench.ts';

// One process that plays thousands of hubs, and measures a real desk:
//
//   node test/desk/fleet.ts [--hubs 10000] [--seconds 100] [--alarms 50] [--outage 100] [--database postgres://…]
//
// Steady: heartbeats every 30 s, and alarms among them, each timed until it stands in the operator's queue. Outage:
// nobody says anything for so long; then all come back at once, each with a report.

const { values } = parseArgs({
  options: {
    hubs: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '100' },
    alarms: { type: 'string', default: '50' },
    outage: { type: 'string', default: '100' },
    database: { type: 'string' },
  },
});
const [HUBS, SECONDS, ALARMS, OUTAGE] = [values.hubs, values.seconds, values.alarms, values.outage].map(Number) as [
  number,
  number,
  number,
  number,
];
const BEAT_MS = 30_000;
const database = values.database ?? null;
const temp = tempDir();
const place = { dir: join(temp.dir, 'data'), database };
const config = join(temp.dir, 'desk.yaml');
const idOf = (n: number): string => `h${n}`;
const hubs = Array.from(
  { length: HUBS },
  (_, n) => `{id: ${idOf(n)}, account: "${(0x100000 + n).toString(16)}", secret: "${SECRET}"}`,
);
writeFileSync(config, `hubs:\n${hubs.map((one) => `- ${one}\n`).join('')}`);
const store = await openStore(place, QUIET);
await addOperator(store, OPERATOR.name, OPERATOR.password);
const port = await freePort();
const where = database === null ? [] : ['--database', database];
const desk = start(['desk', '--config', config, '--data', place.dir, '--port', String(port), ...where]);
await desk.line((line) => line.includes('desk ready'));
const url = `http://127.0.0.1:${port}`;
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

function post(hub: string, content: Readonly<Record<string, unknown>>): Promise<number> {
  const body = JSON.stringify(content);
  const time = new Date().toISOString();
  const headers = {
    'content-type': 'application/json',
    'lantern-hub': hub,
    'lantern-time': time,
    'lantern-signature': signRequest(SECRET, time, body),
  };
  return new Promise((done) => {
    const asked = request(`${url}/hub`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode ?? 0));
    });
    asked.on('error', () => done(0));
    asked.end(body);
  });
}

const beat = (hub: string): Promise<number> =>
  post(hub, { type: 'heartbeat', hub, id: randomUUID(), everySeconds: 30, waiting: 0, answers: [] });
const report = (hub: string, id: string, kind: string, severity: string): Promise<number> =>
  post(hub, {
    type: 'report',
    hub,
    id,
    kind,
    is: 'new',
    severity,
    alarm: id,
    at: '2026-11-21T18:40:00.000Z',
    zone: null,
    user: 0,
    text: null,
    codes: { cid: '1120', sia: 'PA' },
  });

const p = (times: readonly number[], q: number): number =>
  Math.round(times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))] ?? 0);
const line = (what: string, facts: object): void =>
  void process.stdout.write(`${what.padEnd(8)} ${JSON.stringify(facts)}\n`);

// ---- steady
const ada = await signedIn(url);
const changes: (() => void)[] = [];
const stream = get(`${url}/live`, { headers: { cookie: ada.cookie() } }, (answer) => {
  answer.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('event: change')) for (const look of changes.splice(0)) look();
  });
});
stream.on('error', () => {});
const beats: number[] = [];
const bad = { beats: 0 };
let beating = true;
async function live(n: number): Promise<void> {
  await wait((n / HUBS) * BEAT_MS);
  while (beating) {
    const from = performance.now();
    if ((await beat(idOf(n))) !== 200) bad.beats += 1;
    beats.push(performance.now() - from);
    await wait(Math.max(0, BEAT_MS - (performance.now() - from)));
  }
}
const living = Array.from({ length: HUBS }, (_, n) => live(n));
const shown: number[] = [];
for (let n = 0; n < ALARMS; n += 1) {
  await wait((SECONDS * 1000) / ALARMS);
  const hub = idOf(Math.floor(Math.random() * HUBS));
  const from = performance.now();
  const seen = (async () => {
    for (;;) {
      await new Promise<void>((done) => changes.push(done));
      if ((await ada.get('/?part=queue')).text.includes(`data-id="${hub}.`)) return;
    }
  })();
  await report(hub, `a${n}`, 'personal-silent', 'help');
  await seen;
  shown.push(performance.now() - from);
}
const silent = (await store.hubs(HUBS)).filter(({ silent: is }) => is === 'silent').length;
line('steady', {
  hubs: HUBS,
  seconds: SECONDS,
  beats: beats.length,
  notTaken: bad.beats,
  falselySilent: silent,
  beatMs: { p50: p(beats, 0.5), p99: p(beats, 0.99) },
  onScreenMs: { p50: p(shown, 0.5), p99: p(shown, 0.99), max: p(shown, 1) },
});

// ---- outage
beating = false;
await wait(OUTAGE * 1000);
const quiet = (await store.queue(1)).total;
line('outage', { seconds: OUTAGE, inQueue: quiet });
const from = performance.now();
let tries = 0;
await Promise.all(
  Array.from({ length: HUBS }, async (_, n) => {
    do {
      tries += 1;
      if (tries > HUBS * 20) throw new Error('the desk takes no more');
    } while ((await report(idOf(n), 'back', 'mains-lost', 'fault')) !== 200);
  }),
);
const took = performance.now() - from;
let raised = 0;
for (let n = 0; n < HUBS; n += 1)
  raised += (await store.state(idOf(n))).cases.filter(({ alarm }) => alarm === 'back').length;
line('return', {
  reports: HUBS,
  tries,
  raisedOnce: raised,
  seconds: Math.round(took / 100) / 10,
  aSecond: Math.round((HUBS / took) * 1000),
});
await store.close();
stream.destroy();
agent.destroy();
await stop(desk);
temp.remove();
await Promise.race([Promise.all(living), wait(1)]);
process.exit(0);
