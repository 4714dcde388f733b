import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dc09Body, reportMessage } from '../../src/act/report-bodies.ts';
import { REPORT_CODES, WHILE_SET } from '../../src/act/report-codes.ts';
import type { StationReport } from '../../src/act/station-report.ts';
import { wallTime } from '../../src/base/time.ts';
import { readEvents } from '../../src/desk/dc09-events.ts';
import type { ReportKind } from '../../src/escalate/stations-plan.ts';
import type { Station } from '../../src/hub/ports.ts';
import { createClock } from '../../src/link/clock.ts';
import { readKey } from '../../src/link/dc09/cipher.ts';
import { createDc09Station } from '../../src/link/dc09/station.ts';
import { createUplink } from '../../src/link/uplink/station.ts';
import { recordStationDoor } from '../link/door.ts';
import { hasMosquitto, NOT_RUN, startMosquitto } from '../link/mqtt/mosquitto.ts';
import { alarmReport, type Bench, deskHub, openBench, QUIET, SECRET, SENDING, setupOf, signedIn } from './bench.ts';

const HEX = '00112233445566778899aabbccddeeff';
const found = readKey(HEX, 'hex');
const KEY = found.ok ? found.key : null;
const OTHER = readKey('ff112233445566778899aabbccddeeff', 'hex');
const clock = createClock(null);

describe('DC-09 at the desk', () => {
  let bench: Bench;
  const opened: Station[] = [];
  beforeEach(async () => {
    const hubs = [deskHub('h1', '1001', { key: KEY }), deskHub('h2', '1002')];
    bench = await openBench(setupOf(hubs, { dc09: { host: '127.0.0.1', port: 0, plain: 'taken' } }));
  });
  afterEach(async () => {
    for (const station of opened.splice(0)) await station.close();
    await bench.close();
  });

  interface Sender {
    readonly account?: string;
    readonly key?: typeof KEY;
    readonly transport?: 'tcp' | 'udp';
    readonly format?: 'SIA-DCS' | 'ADM-CID';
    readonly aheadMs?: number;
  }
  function sender({
    account = '1001',
    key = KEY,
    transport = 'tcp',
    format = 'SIA-DCS',
    aheadMs = 0,
  }: Sender): Station {
    const port = bench.running.dc09Port ?? 0;
    const words = { account, format, area: 1, codes: REPORT_CODES, texts: 'names' } as const;
    const station = createDc09Station({
      id: 's',
      config: {
        account,
        receiver: 'R0',
        line: 'L0',
        key,
        ackTime: 'fresh',
        targets: [{ host: '127.0.0.1', port, transport }],
      },
      clock: { ...clock, wall: () => wallTime(clock.wall() + aheadMs), trusted: () => aheadMs === 0 },
      word: (report, form) => dc09Body(report, words, form),
    });
    opened.push(station);
    return station;
  }
  const kinds = async () => (await bench.store.queue(10)).cases.map(({ kind, hub, zone }) => `${hub} ${kind} ${zone}`);

  const taken: readonly (readonly [string, Sender, string])[] = [
    ['SIA over TCP, encrypted', {}, 'h1 personal-silent zone 7'],
    ['SIA over UDP, encrypted', { transport: 'udp' }, 'h1 personal-silent zone 7'],
    ['Contact ID over TCP, encrypted', { format: 'ADM-CID' }, 'h1 personal-silent zone 7'],
    [
      'Contact ID over UDP, plain',
      { account: '1002', key: null, format: 'ADM-CID', transport: 'udp' },
      'h2 personal-silent zone 7',
    ],
    ['a hub whose clock is an hour off, after one correction', { aheadMs: 3_600_000 }, 'h1 personal-silent zone 7'],
  ];
  for (const [what, how, shown] of taken) {
    it(`takes ${what}`, async () => {
      expect(await sender(how).send(alarmReport('r1'), SENDING)).toMatchObject({ outcome: 'acked' });
      expect(await kinds()).toEqual([shown]);
    });
  }

  const refused: readonly (readonly [string, Sender])[] = [
    ['another key', { key: OTHER.ok ? OTHER.key : null }],
    ['plain words where a key is set', { key: null }],
    ['an account nobody knows', { account: '9999', key: null }],
  ];
  for (const [what, how] of refused) {
    it(`refuses ${what}`, async () => {
      expect(await sender(how).send(alarmReport('r1'), SENDING)).not.toMatchObject({ outcome: 'acked' });
      expect(await kinds()).toEqual([]);
    });
  }

  it('takes what comes twice under one number once', async () => {
    const station = sender({});
    await station.send(alarmReport('r1'), SENDING);
    expect(await station.send(alarmReport('r1'), SENDING)).toMatchObject({ outcome: 'acked' });
    expect((await bench.store.caseFile('h1.1'))?.lines).toHaveLength(1);
  });

  it('hears signs of life', async () => {
    const before = (await bench.store.seen('h1'))?.seenAt ?? 0;
    bench.pass(10_000);
    // Its clock now stands 10 s behind the desk's, as DC-09 allows.
    expect(await sender({}).supervise({ waiting: 0, answers: [] })).toMatchObject({ outcome: 'answered' });
    await bench.running.desk.tick();
    expect((await bench.store.seen('h1'))?.seenAt ?? 0).toBeGreaterThanOrEqual(before + 10_000);
  });

  it('is not brought down by noise', async () => {
    const socket = connect(bench.running.dc09Port ?? 0, '127.0.0.1');
    socket.on('error', () => {});
    for (const noise of ['\n\r', '\nGARBAGE\r', '\u0000'.repeat(9000), '\n00000009"NULL"0000L0#1001[]\r'])
      socket.write(noise);
    await new Promise((done) => socket.once('data', done));
    socket.destroy();
    expect(await sender({}).send(alarmReport('r1'), SENDING)).toMatchObject({ outcome: 'acked' });
  });
});

describe('what a code means', () => {
  const words = { account: '1001', area: 1, codes: REPORT_CODES, texts: 'none' } as const;
  const report = (kind: ReportKind, is: 'new' | 'restore'): StationReport =>
    alarmReport('r', { kind, is, ...(kind === 'mains-cut' ? { text: WHILE_SET } : {}) });
  const severe: readonly ReportKind[] = ['personal-audible', 'personal-silent', 'duress'];
  for (const kind of Object.keys(REPORT_CODES) as ReportKind[]) {
    for (const format of ['SIA-DCS', 'ADM-CID'] as const) {
      it(`${kind} in ${format} is heard as severe as it was meant`, () => {
        const { token, data, extras } = dc09Body(report(kind, 'new'), { ...words, format }, 'full');
        const [event] = readEvents(token, data, extras);
        const meant = reportMessage(report(kind, 'new'), { hub: 'h', codes: REPORT_CODES, card: null })['severity'];
        expect(event?.is).toBe('new');
        // A code that several kinds share may be heard as the more severe of them, and never as less.
        const order = ['routine', 'fault', 'alarm', 'help'];
        expect(order.indexOf(event?.severity ?? '')).toBeGreaterThanOrEqual(order.indexOf(String(meant)));
        if (severe.includes(kind)) expect(event?.severity).toBe('help');
      });
    }
  }
  it('a code that no table has is an alarm in its own letters', () => {
    expect(readEvents('SIA-DCS', '#1001|Nri1/ZZ005', [])).toMatchObject([
      { kind: 'alarm-other', severity: 'alarm', text: 'code ZZ' },
    ]);
  });
  it('the shipped vectors say something', () => {
    const lines = readFileSync(new URL('../facts/dc09-vectors.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    const sia = lines.flatMap((line) => /"SIA-DCS\\?"\d{4}R0L0#1234\[(#1234\|Nri1\/[^\]]*)\]/.exec(line)?.[1] ?? []);
    expect(sia.length).toBeGreaterThan(3);
    for (const data of sia) expect(readEvents('SIA-DCS', data, [])).toHaveLength(1);
  });
});

describe('the up-link through a real broker', () => {
  const run = async (): Promise<void> => {
    const broker = await startMosquitto();
    const uplink = {
      url: `mqtt://127.0.0.1:${broker.port}`,
      prefix: 'lantern',
      username: null,
      password: null,
      ca: null,
      cert: null,
      key: null,
    };
    const bench = await openBench(setupOf([deskHub('h1', '1001')], { uplink }));
    await bench.running.uplinkHeard;
    const door = recordStationDoor();
    const station = await createUplink({
      config: { ...uplink, id: 'desk', hub: 'h1', secret: SECRET, everySeconds: 30, timeoutMs: 5_000 },
      clock: { ...clock, trusted: () => true },
      door,
      log: QUIET,
      word: (report) => reportMessage(report, { hub: 'h1', codes: REPORT_CODES, card: null }),
    });
    while ((await station.send(alarmReport('r1'), SENDING)).outcome !== 'acked')
      await new Promise((done) => setTimeout(done, 20));
    const ada = await signedIn(bench.url);
    await ada.post('/cases/h1.1/acknowledge', {});
    await door.until('the acknowledgement, pushed', () => door.lines.includes('d2 acknowledge a1 by Ada'));
    expect(await station.supervise({ waiting: 0, answers: [{ id: 'd2', done: 'done', why: null }] })).toMatchObject({
      outcome: 'answered',
    });
    expect((await bench.store.state('h1')).commands).toEqual([]);
    await station.close();
    await bench.close();
    await broker.remove();
  };
  if (hasMosquitto) it('carries an alarm up and its acknowledgement down', run);
  else it('carries an alarm up and its acknowledgement down', (ctx) => ctx.skip(NOT_RUN));
});
