// Measures the hub beside what it could at best be compared with, on one machine, in one run, taking turns.
// Times go from writing the sensor's message to the moment a third client has the answer, all in this process, on one clock.

import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { hasChromium } from '../browser.ts';
import { type Contender, patienceMs, type Sample, trigger } from './contender.ts';
import { measureHttp } from './http.ts';
import { isSirenOn, panicButton, sirenTopic, startHub, startHubProcess } from './hub.ts';
import { burst, murmur, sustain } from './load.ts';
import { firstAnswer } from './mqtt.ts';
import { measurePage } from './page.ts';
import { pageNotRun, pageRows } from './page-rows.ts';
import { bareAedes, startAedes, startAedesWithSync, startMosquitto } from './peers.ts';
import { measurePins } from './pins.ts';
import { freePort, residentMegabytes, type Started, start } from './processes.ts';
import { measureSerial } from './serial.ts';
import { slowSync } from './slow-sync.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { beside, figure, isMet, notRun, pair, type Row, render, verdictOf } from './table.ts';
import { measureOvertaking, measureTexts } from './texts.ts';
import { busyTriggers, restingTriggers, type Samples, triggersAmongRows } from './triggers.ts';

const cases = ['siren', 'rest', 'slow', 'burst', 'load', 'http', 'serial', 'texts', 'start', 'pins', 'page'] as const;

const { values: options } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string', default: cases.join(',') },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run bench -- [--only ${cases.join(',')}] [--long] [--check]
  --only   these cases; \`load\` measures memory too
  --long   memory over ten minutes instead of half a minute, rest over a minute instead of a third
  --check  exit 1 when an aim is missed or a case with an aim did not run`;

const say = (text: string): void => {
  process.stderr.write(`bench: ${text}\n`);
};

/** A contender, or why there is none. */
type Entry = Contender | string;

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const orReason = (starting: Promise<Contender | null>, missing: string): Promise<Entry> =>
  starting.then((contender) => contender ?? missing, reason);

const isRunning = (entry: Entry): entry is Contender => typeof entry !== 'string';

const spread = (samples: Samples, entry: Entry, what: keyof Sample): Spread =>
  spreadOf((isRunning(entry) ? (samples.get(entry) ?? []) : []).map((sample) => sample[what]));

async function triggerRows(hub: Contender, peers: Peers): Promise<readonly Row[]> {
  const field = [peers.aedes, peers.mosquitto, peers.sync, hub].filter(isRunning);
  const rows: Row[] = [];
  if (wants('siren')) {
    say('triggers at gaps of 5–15 ms');
    const samples = await busyTriggers(field, 10, 50);
    rows.push(
      ...sirenRows(
        '5–15 ms',
        samples,
        hub,
        peers,
        'p50 ≤ 1.25 ×, p99 ≤ 1.5 ×',
        (p50, p99) => p50 <= 1.25 && p99 <= 1.5,
      ),
    );
    rows.push(stateRow('5–15 ms', samples, hub, peers, 'p50 ≤ 2 ×', (p50) => p50 <= 2));
  }
  if (wants('rest')) {
    say('triggers at rest');
    const samples = await restingTriggers(field, 150);
    rows.push(...sirenRows('at rest', samples, hub, peers, '', null));
    rows.push(stateRow('at rest', samples, hub, peers, '', null));
  }
  return rows;
}

type Judge = ((p50: number, p99: number) => boolean) | null;

function sirenRows(
  when: string,
  samples: Samples,
  hub: Contender,
  peers: Peers,
  aim: string,
  judge: Judge,
): readonly Row[] {
  const ours = spread(samples, hub, 'siren');
  const rowBeside = (entry: Entry, name: string, its: string, judged: Judge): Row =>
    isRunning(entry)
      ? beside(`siren, ${when}`, ours, [name, spread(samples, entry, 'siren')], its, judged)
      : notRun(`siren, ${when}`, its, entry);
  return [rowBeside(peers.aedes, 'aedes', aim, judge), rowBeside(peers.mosquitto, 'mosquitto', '', null)];
}

function stateRow(when: string, samples: Samples, hub: Contender, peers: Peers, aim: string, judge: Judge): Row {
  const name = `panel state, ${when}`;
  if (!isRunning(peers.sync)) return notRun(name, aim, peers.sync);
  return beside(
    name,
    spread(samples, hub, 'state'),
    ['aedes + sync', spread(samples, peers.sync, 'state')],
    aim,
    judge,
  );
}

async function slowRows(peers: Peers): Promise<readonly Row[]> {
  const name = 'siren, 20 ms a sync';
  const aim = 'p99 ≤ 5 ms';
  const through = slowSync();
  if (through === null) return [notRun(name, aim, 'neither a C compiler nor strace is here')];
  if (!isRunning(peers.aedes)) return [notRun(name, aim, peers.aedes)];
  say('triggers with 20 ms added to every sync');
  const hub = await startHub('lantern', through);
  try {
    const samples = await triggersAmongRows([peers.aedes, hub], 5, 40);
    const siren = spread(samples, hub, 'siren');
    const state = spread(samples, hub, 'state');
    // A state that came sooner was not synced through the delay, so the siren proves nothing either.
    if (state.p50 < 20)
      return [notRun(name, aim, `the delay did not reach the hub, its state took ${figure(state.p50)} ms`)];
    const theirs = spread(samples, peers.aedes, 'siren');
    return [
      beside(name, siren, ['aedes', theirs], aim, () => siren.p99 <= 5),
      {
        ...beside('panel state, 20 ms a sync', state, ['', theirs], '', null),
        theirs: '',
        ratio: '',
      },
    ];
  } finally {
    await hub.close();
  }
}

async function burstRow(hub: Contender, peers: Peers): Promise<Row> {
  const name = 'siren in a burst of 10,000';
  const aim = 'p50 ≤ 1.0 ×';
  if (!isRunning(peers.aedes)) return notRun(name, aim, peers.aedes);
  say('bursts');
  const bytes = burst();
  const times = new Map<Contender, (number | null)[]>([
    [peers.aedes, []],
    [hub, []],
  ]);
  const mosquitto = isRunning(peers.mosquitto) ? [peers.mosquitto] : [];
  for (const contender of mosquitto) times.set(contender, []);
  for (let round = 0; round < 17; round += 1) {
    for (const contender of round % 2 === 0 ? times.keys() : [...times.keys()].reverse()) {
      await contender.prepare();
      const { siren } = await contender.fire(bytes);
      // The first two run through code that is not compiled yet.
      if (round >= 2) times.get(contender)?.push(siren);
      // The second half of the burst must not meet the next contender.
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }
  return beside(
    name,
    spreadOf(times.get(hub) ?? []),
    ['aedes', spreadOf(times.get(peers.aedes) ?? [])],
    aim,
    (p50) => p50 <= 1,
  );
}

async function loadRows(hub: Contender, peers: Peers): Promise<readonly Row[]> {
  const name = '20,000 messages/s for 10 s';
  say('20,000 messages a second');
  const theirs = isRunning(peers.aedes) ? await sustain(peers.aedes, 20_000, 10_000) : null;
  const theirMemory = isRunning(peers.aedes) ? residentMegabytes(peers.aedes.pid) : Number.NaN;
  const ours = await sustain(hub, 20_000, 10_000);
  const memory = residentMegabytes(hub.pid);
  const siren = spreadOf(ours.sirens.map((sample) => sample.siren));
  const peer = spreadOf((theirs?.sirens ?? []).map((sample) => sample.siren));
  const lost = ours.changes - ours.changesSeen;
  const kept = ours.perSecond >= 19_500;
  const sirenRow = beside(`siren, ${name}`, siren, ['aedes', peer], 'longest ≤ 50 ms', () => siren.max <= 50);
  return [
    {
      case: `kept of ${name}`,
      samples: String(ours.sent),
      ours: `${Math.round(ours.perSecond)}/s, ${lost} of ${ours.changes} changes lost`,
      peer: 'aedes',
      theirs: theirs === null ? '' : `${Math.round(theirs.perSecond)}/s`,
      ratio: '',
      aim: 'all',
      verdict: verdictOf(kept && lost === 0),
    },
    {
      ...sirenRow,
      ours: `${sirenRow.ours}, longest ${figure(siren.max)}`,
      theirs: `${sirenRow.theirs}, longest ${figure(peer.max)}`,
    },
    memoryRow('memory after load', 1, memory, theirMemory, '≤ 130 MB', memory <= 130),
    await soakRow(hub),
  ];
}

const memoryRow = (name: string, n: number, ours: number, theirs: number, aim: string, isOk: boolean): Row => ({
  case: name,
  samples: String(n),
  ours: `${figure(ours)} MB`,
  peer: Number.isNaN(theirs) ? '' : 'aedes',
  theirs: Number.isNaN(theirs) ? '' : `${figure(theirs)} MB`,
  ratio: Number.isNaN(theirs) ? '' : figure(ours / theirs),
  aim,
  verdict: verdictOf(isOk),
});

/** Flat: the last quarter lies at most 5 MB above the first; collections come and go by less. */
async function soakRow(hub: Contender): Promise<Row> {
  const seconds = options.long ? 600 : 30;
  say(`memory over ${seconds} s`);
  const seen: number[] = [];
  await murmur(hub, 100, seconds * 1000, () => seen.push(residentMegabytes(hub.pid)));
  const quarter = Math.ceil(seen.length / 4);
  const first = spreadOf(seen.slice(0, quarter)).p50;
  const last = spreadOf(seen.slice(-quarter)).p50;
  const row = memoryRow(`memory over ${seconds} s`, seen.length, last, Number.NaN, 'growth ≤ 5 MB', last - first <= 5);
  return { ...row, ours: `${figure(first)} → ${figure(last)} MB` };
}

async function startRow(peers: Peers): Promise<Row> {
  say('starts');
  const ours: (number | null)[] = [];
  const theirs: (number | null)[] = [];
  for (let round = 0; round < 7; round += 1) {
    ours.push(await startToSiren());
    if (isRunning(peers.aedes)) theirs.push(await startToForward());
  }
  const spreadOurs = spreadOf(ours);
  const row = beside(
    'process start to siren',
    spreadOurs,
    ['aedes', spreadOf(theirs)],
    'p50 ≤ 600 ms',
    () => spreadOurs.p50 <= 600,
  );
  return spreadOurs.n === 0 ? notRun(row.case, row.aim, 'the hub does not run') : row;
}

/** From starting the process to a siren for a panic button that was pressed as soon as the port was open. */
async function startToSiren(): Promise<number | null> {
  const port = await freePort();
  return firstOf(await startHubProcess(port, 'nobody'), port, { listen: sirenTopic, ...panicButton }, isSirenOn);
}

async function startToForward(): Promise<number | null> {
  const port = await freePort();
  const program = start(`start-${port}`, bareAedes(port));
  return firstOf(program, port, { listen: trigger.topic, ...trigger }, () => true);
}

async function firstOf(
  program: Started,
  port: number,
  asked: Parameters<typeof firstAnswer>[1],
  heard: (payload: Buffer) => boolean,
): Promise<number | null> {
  const at = await firstAnswer(port, asked, heard, program.at + patienceMs);
  await program.stop();
  return at === null ? null : at - program.at;
}

interface Peers {
  readonly aedes: Entry;
  readonly sync: Entry;
  readonly mosquitto: Entry;
}

function wants(name: (typeof cases)[number]): boolean {
  return options.only.split(',').includes(name);
}

/** One case that fails takes its own rows with it and no others. */
async function attempt(name: string, run: () => Promise<readonly Row[]>): Promise<readonly Row[]> {
  try {
    return await run();
  } catch (error) {
    return [notRun(name, 'any', reason(error))];
  }
}

async function measure(peers: Peers): Promise<readonly Row[]> {
  const hub = await orReason(startHub('lantern'), 'the hub does not run');
  const rows: Row[] = [];
  if (isRunning(hub)) {
    rows.push(...(await attempt('triggers', () => triggerRows(hub, peers))));
    if (wants('burst')) rows.push(...(await attempt('burst', async () => [await burstRow(hub, peers)])));
    if (wants('load')) rows.push(...(await attempt('load', () => loadRows(hub, peers))));
    await hub.close();
  } else {
    rows.push(notRun('siren, panel state, burst, load', 'any', hub), ...(await peerRows(peers)));
  }
  if (wants('slow')) rows.push(...(await attempt('siren, 20 ms a sync', () => slowRows(peers))));
  if (wants('http')) rows.push(...(await attempt('http', httpRows)));
  if (wants('serial')) rows.push(...(await attempt('serial', serialRows)));
  if (wants('texts')) rows.push(...(await attempt('texts', textRows)));
  if (wants('start')) rows.push(...(await attempt('start', async () => [await startRow(peers)])));
  if (wants('pins')) rows.push(...(await attempt('pins', pinRows)));
  if (wants('page')) rows.push(...(await herPageRows()));
  return rows;
}

/** A press to the first byte of its text on each path, and a call for help that comes behind ten thousand faults. */
async function textRows(): Promise<readonly Row[]> {
  say('texts: a press to the first byte, idle and among 5,000 messages a second');
  const [idle, loaded] = [await measureTexts(40, 0), await measureTexts(40, 5000)];
  const aim = 'p99 ≤ 2 s';
  const row = (name: string, times: readonly (number | null)[]): Row => {
    const ours = spreadOf(times);
    const isOk = ours.n > 0 && ours.p99 <= 2000;
    return {
      ...notRun(name, aim, ''),
      samples: `${ours.n}`,
      ours: `${pair(ours.p50, ours.p99)} ms`,
      verdict: verdictOf(isOk),
    };
  };
  const drained = measureOvertaking(200);
  const overtakes = spreadOf(drained.times);
  return [
    row('text, Twilio, idle', idle.twilio),
    row('text, second path, idle', idle.second),
    row('text, Twilio, 5,000/s', loaded.twilio),
    row('text, second path, 5,000/s', loaded.second),
    {
      ...notRun('call for help behind 10,000 faults', 'first of all', ''),
      samples: `${overtakes.n}`,
      ours: `${pair(overtakes.p50, overtakes.p99)} ms`,
      verdict: verdictOf(drained.isFirst),
    },
  ];
}

async function httpRows(): Promise<readonly Row[]> {
  say('arming by HTTP, and triggers while the page is under fire');
  const { armByHttp, armByMqtt, quiet, underFire, answered } = await measureHttp();
  const arming = beside('HTTP arm to retained state', spreadOf(armByHttp), ['by MQTT', spreadOf(armByMqtt)], '', null);
  const calm = ['page quiet', spreadOf(quiet)] as const;
  const name = `siren, page under fire (${answered} requests)`;
  return [arming, beside(name, spreadOf(underFire), calm, 'p99 ≤ 2 ×', (_p50, p99) => p99 <= 2)];
}

/** Edges come through a pipe: the kernel's own share of a pin cannot be measured without one. */
async function pinRows(): Promise<readonly Row[]> {
  say('edges of pins');
  const figures = await measurePins();
  const ours = spreadOf(figures.ours);
  const bare = ['a bare loop', spreadOf(figures.bare)] as const;
  const name = 'edge of a pin to the ioctl of an output';
  return [beside(name, ours, bare, 'p99 ≤ 2 ms and ≤ 1.3 ×', (_p50, p99) => ours.p99 <= 2 && p99 <= 1.3)];
}

async function herPageRows(): Promise<readonly Row[]> {
  if (!hasChromium) return pageNotRun('needs a browser (Debian package: chromium)');
  say('her page in a browser');
  try {
    return pageRows(await measurePage({ loads: 9, taps: 40, idleSeconds: options.long ? 60 : 20 }));
  } catch (error) {
    return pageNotRun(reason(error));
  }
}

async function serialRows(): Promise<readonly Row[]> {
  say('triggers while a radio floods its port at 115200 baud');
  const { quiet, flooded, messages } = await measureSerial();
  const ours = spreadOf(flooded);
  const calm = spreadOf(quiet);
  const name = `trigger, serial flood (${messages} messages)`;
  const isOk = (): boolean => ours.p99 <= calm.p99 + 5 && ours.max <= calm.max + 5;
  const row = beside(name, ours, ['radio silent', calm], 'p99 and longest ≤ + 5 ms', isOk);
  return [
    { ...row, ours: `${row.ours}, longest ${figure(ours.max)}`, theirs: `${row.theirs}, longest ${figure(calm.max)}` },
  ];
}

/** Without a hub the peers are still worth a look: they are what it will be measured by. */
async function peerRows(peers: Peers): Promise<readonly Row[]> {
  const field = [peers.aedes, peers.mosquitto, peers.sync].filter(isRunning);
  const samples = await busyTriggers(field, 4, 50);
  return field.map((peer) => {
    const what = peer === peers.sync ? 'state' : 'siren';
    const theirs = spread(samples, peer, what);
    const row = notRun(`${what}, 5–15 ms`, '', 'the peer alone');
    return {
      ...row,
      samples: String(theirs.n),
      peer: peer.name,
      theirs: `${pair(theirs.p50, theirs.p99)} ms`,
      verdict: 'no aim',
    };
  });
}

/** What else the machine had to do says how far the figures can be trusted. */
const footnote = [
  'Times are p50 / p99 and ratios ours to theirs, the same way round.',
  `Node ${process.versions.node}, ${availableParallelism()} processors, load average before the start ${figure(loadavg()[0] ?? Number.NaN)}.`,
].join('\n');

async function main(): Promise<number> {
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const unknown = options.only.split(',').filter((name) => !cases.some((one) => one === name));
  if (unknown.length > 0) {
    say(`no case is called ${unknown.join(', ')}; there are ${cases.join(', ')}`);
    return 2;
  }
  const peers: Peers = {
    aedes: await orReason(startAedes(), ''),
    sync: await orReason(startAedesWithSync(), ''),
    mosquitto: await orReason(startMosquitto(), 'mosquitto is not installed'),
  };
  const rows = await measure(peers);
  for (const peer of [peers.aedes, peers.sync, peers.mosquitto]) if (isRunning(peer)) await peer.close();
  process.stdout.write(`\n${render(rows)}\n\n${footnote}\n`);
  return options.check && !rows.every(isMet) ? 1 : 0;
}

process.exit(await main());
