import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AlarmId, SourceId } from '../../src/base/brand.ts';
import { instant } from '../../src/base/time.ts';
import { escalate } from '../../src/escalate/escalate.ts';
import { initialEscalation } from '../../src/escalate/state.ts';
import { createHub } from '../../src/hub/hub.ts';
import type { TextPath } from '../../src/hub/ports.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { createClock } from '../../src/link/clock.ts';
import { createTwilio } from '../../src/link/texts/twilio.ts';
import { loadHouse } from '../../src/site/config.ts';
import { familyFacts, loadDevices } from '../../src/site/devices.ts';
import { alarm, person, planOf, step } from '../escalate/bench.ts';
import { createFakeBroker, createFakeCodes, createFakeDusk, createFakeLog } from '../hub/fakes.ts';
import { pause, randomBetween } from './contender.ts';
import { root, scratch } from './processes.ts';

// From a press of the silent button to the first byte of the text on each path: the real rooms, journal and disk in this process,
// Twilio's client and a server on loopback, and a path in memory beside them for what the second one adds.

export interface TextTimes {
  readonly twilio: readonly (number | null)[];
  readonly second: readonly (number | null)[];
}

/** Presses so many times, with so many sensor messages a second beside them. */
export async function measureTexts(presses: number, perSecond: number): Promise<TextTimes> {
  const times = { twilio: [] as number[], second: [] as number[] };
  let pressedAt = 0;
  /** Only the first text of a press is timed, not the one that ends it. */
  const waiting = { twilio: false, second: false };
  const saw = (path: keyof TextTimes): void => {
    if (waiting[path]) times[path].push(performance.now() - pressedAt);
    waiting[path] = false;
  };
  const far = createServer((request, response) => {
    if (request.method === 'POST') saw('twilio');
    request.resume();
    response.writeHead(201, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(request.method === 'POST' ? { sid: 'SM1', status: 'queued' } : { messages: [] }));
  });
  await new Promise<void>((done) => far.listen(0, '127.0.0.1', done));
  const apiBase = `http://127.0.0.1:${(far.address() as AddressInfo).port}`;
  const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'x', from: '+447700900001', apiBase };
  const second: TextPath = {
    id: 'modem',
    ring: null,
    watch: null,
    send: async () => {
      saw('second');
      return { outcome: 'accepted', sid: '1' };
    },
    find: async () => ({ outcome: 'absent' }),
    status: async () => ({ outcome: 'known', status: 'delivered', why: null }),
    fetch: async () => ({ outcome: 'fetched', texts: [] }),
  };
  const { families } = loadDevices(join(root, 'devices'), 'profiles');
  const facts = new Map([...families].map(([name, family]) => [name, familyFacts(family)]));
  const loaded = loadHouse(join(root, 'test/hub/house.yaml'), { families: facts, credentialsDirectory: null });
  if (!loaded.ok) throw new Error('the house of the tests is refused');
  const clock = createClock(null);
  const opened = await openJournal(mkdtempSync(join(scratch, 'texts-')), {
    boot: clock.boot,
    evidencePublicKey: null,
    onTrouble: () => {},
    onLate: () => {},
  });
  if (!opened.ok) throw new Error(opened.why);
  const { journal, restored } = opened;
  const texts = [createTwilio(account), second];
  const draw = (): string => String(Math.floor(Math.random() * 10_000)).padStart(4, '0');
  const world = { dusk: createFakeDusk(), codes: createFakeCodes(), log: createFakeLog() };
  const hub = createHub(loaded.house, families, { clock, journal, texts, draw, ...world }, restored);
  hub.start(createFakeBroker());
  const from = 'mqtt:bench' as SourceId;
  const says = (device: string, payload: object): void =>
    hub.door.message(`zigbee2mqtt/${device}`, Buffer.from(JSON.stringify(payload)), false, from);
  let open = false;
  const murmur = setInterval(() => {
    for (let each = 0; each < perSecond / 100; each += 1) {
      open = !open;
      says('path-pir', { occupancy: open });
    }
  }, 10);
  // Twilio's package is loaded by the first fetch, as in a house that runs.
  await pause(1500);
  for (let press = 0; press < presses; press += 1) {
    pressedAt = performance.now();
    Object.assign(waiting, { twilio: true, second: true });
    says('panic', { action: 'single' });
    await pause(randomBetween(60, 120));
    // The same button is a new call only after half a minute, so each alarm is ended first.
    hub.door.command(Buffer.from(JSON.stringify({ action: 'DISARM', code: '482913' })), from);
    await pause(randomBetween(60, 120));
  }
  clearInterval(murmur);
  await hub.stop();
  await journal.close();
  far.closeAllConnections();
  far.close();
  return times;
}

/** Ten thousand faults wait for a path that is down; the turn in which a call for help comes in and leaves, in milliseconds. */
export function measureOvertaking(runs: number): { readonly times: readonly number[]; readonly isFirst: boolean } {
  const plan = planOf({ paths: ['twilio', 'modem'], contacts: [person('sister')], steps: [step(0, ['sister'])] });
  const numbers = Array.from({ length: 12 }, (_, index) => `${1000 + index}`);
  let state = initialEscalation();
  for (let fault = 0; fault < 10_000; fault += 1) {
    const told = alarm('fault', { id: `f${fault}` as AlarmId });
    state = escalate(plan, state, { type: 'told', alarm: told, numbers }, instant(fault)).state;
  }
  const times: number[] = [];
  let isFirst = true;
  for (let run = 0; run < runs; run += 1) {
    const begun = performance.now();
    const call = alarm('personal', { id: `p${run}` as AlarmId });
    const { effects } = escalate(plan, state, { type: 'told', alarm: call, numbers }, instant(20_000));
    times.push(performance.now() - begun);
    const sent = effects.find((effect) => effect.type === 'send');
    isFirst &&= sent?.type === 'send' && sent.text.alarm === call.id;
  }
  return { times, isFirst };
}
