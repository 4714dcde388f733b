import { afterEach, describe, expect, it } from 'vitest';
import { dc09Body } from '../../../src/act/report-bodies.ts';
import { REPORT_CODES } from '../../../src/act/report-codes.ts';
import { reportsOf } from '../../../src/act/reports.ts';
import { type StationReport, stationReport } from '../../../src/act/station-report.ts';
import { initialPanel } from '../../../src/alarm/initial.ts';
import { reduce } from '../../../src/alarm/reduce.ts';
import type { PanelState } from '../../../src/alarm/state.ts';
import { seconds, wallTime } from '../../../src/base/time.ts';
import { reduceStations, stationsDeadline } from '../../../src/escalate/stations.ts';
import type { StationsEvent } from '../../../src/escalate/stations-events.ts';
import { initialStations, type StationsState } from '../../../src/escalate/stations-state.ts';
import type { Station } from '../../../src/hub/ports.ts';
import { readKey } from '../../../src/link/dc09/cipher.ts';
import { createDc09Station } from '../../../src/link/dc09/station.ts';
import { plan as house } from '../../alarm/plans.ts';
import { planOf } from '../../escalate/stations-bench.ts';
import { createFakeClock, type FakeClock } from '../../hub/fakes.ts';
import { createWaiting } from '../../whole/waiting.ts';
import { first, reportOf } from '../station-contract.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const KEY = '00112233445566778899AABBCCDDEEFF';
const key = readKey(KEY, 'hex');

let tidy: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of tidy.reverse()) await step();
  tidy = [];
});

async function receiverFor(clock: FakeClock): Promise<Receiver> {
  const receiver = await startReceiver({ account: '1234', keyHex: KEY, wall: clock.wall });
  tidy.push(() => receiver.close());
  return receiver;
}

function stationTo(receiver: Receiver, clock: FakeClock): Station {
  const station = createDc09Station({
    id: 'arc',
    clock,
    config: {
      account: '1234',
      receiver: 'R0',
      line: 'L0',
      key: key.ok ? key.key : null,
      ackTime: 'fresh',
      targets: [{ host: '127.0.0.1', port: receiver.port, transport: 'tcp' }],
    },
    word: (report, form) =>
      dc09Body(report, { account: '1234', format: 'SIA-DCS', area: 1, codes: REPORT_CODES, texts: 'names' }, form),
  });
  tidy.push(() => station.close());
  return station;
}

describe('when it happened', () => {
  const table: readonly (readonly [name: string, agoMs: number | null, extras: readonly string[]])[] = [
    ['just now: the message’s own time says it', 0, []],
    ['20 s ago', 20_000, []],
    ['an hour ago: a field of its own', 3_600_000, ['H19:00:00,11-21-2026']],
    ['nobody knows', null, []],
  ];
  for (const [name, agoMs, extras] of table) {
    it(name, async () => {
      const clock = createFakeClock();
      const receiver = await receiverFor(clock);
      const at = agoMs === null ? null : wallTime(clock.wall() - agoMs);
      await stationTo(receiver, clock).send(reportOf('r1', { at }), first);
      expect(receiver.taken).toMatchObject([{ data: '#1234|Nri1/BA005^Front window^', extras }]);
    });
  }
});

it('refused in full, it goes in the plainest words', async () => {
  const clock = createFakeClock();
  const receiver = await receiverFor(clock);
  const station = stationTo(receiver, clock);
  receiver.play('duh');
  await station.send(reportOf('r1'), first);
  await station.send(reportOf('r1'), { ...first, sequence: 2, form: 'plain' });
  expect(receiver.taken.map(({ sequence, data }) => `${sequence} ${data}`)).toEqual([
    '0001 #1234|Nri1/BA005^Front window^',
    '0002 #1234|Nri1/BA005^perimeter^',
  ]);
  expect(receiver.complaints).toEqual([]);
});

/** The panel, the room that keeps reports, a real station and a strict receiver, turned as the hub would turn them. */
function road(clock: FakeClock, receiver: Receiver, from: StationsState) {
  const plan = planOf({ supervision: seconds(30) });
  const station = stationTo(receiver, clock);
  const waiting = createWaiting(() => JSON.stringify(state));
  const zones = new Map(
    [...house.panel.zones.keys()].map((id, index) => [id as string, { number: index + 1, name: id }]),
  );
  let state = from;
  let panel: PanelState = initialPanel(house.panel);
  let stopped = false;
  const proofs: unknown[] = [];

  function turn(event: StationsEvent): void {
    if (stopped) return;
    const step = reduceStations(plan, state, event, clock.now());
    state = step.state;
    for (const effect of step.effects) {
      if (effect.type === 'record' && effect.row === 'report-proof') proofs.push(effect.data);
      if (effect.type === 'send') {
        const report: StationReport = stationReport(effect.report, { zones, users: new Map() });
        void station
          .send(report, effect)
          .then((result) => turn({ type: 'send-ended', station: effect.station, report: report.id, result }));
      }
      if (effect.type === 'supervise') {
        void station
          .supervise(effect)
          .then(({ outcome }) => turn({ type: 'life-ended', station: effect.station, result: outcome }));
      }
    }
    waiting.look();
  }

  function panelDoes(event: Parameters<typeof reduce>[2]): void {
    const step = reduce(house.panel, panel, event, clock.now());
    panel = step.state;
    turn({ type: 'happened', what: reportsOf(house.panel, panel, event, step.effects), at: clock.wall() });
  }

  turn({ type: 'restarted', chance: 0.5 });
  return {
    proofs,
    fault: (name: string) => panelDoes({ type: 'fault-raised', fault: name }),
    detect: (zone: string) => panelDoes({ type: 'zone-detected', zone: zone as never }),
    until: (what: string, holds: (state: StationsState) => boolean) => waiting.until(what, () => holds(state)),
    /** Lets the next deadline come. */
    wait(): void {
      const next = stationsDeadline(state);
      if (next !== null) clock.pass(next - clock.now());
      turn({ type: 'tick' });
    },
    /** As after a kill: only what was saved is left. */
    kill(): StationsState {
      stopped = true;
      return JSON.parse(JSON.stringify(state));
    },
  };
}

describe('from the panel to the receiver', () => {
  it('each report arrives once, with proof', async () => {
    const clock = createFakeClock();
    const receiver = await receiverFor(clock);
    const house1 = road(clock, receiver, initialStations());
    house1.fault('mains_lost');
    house1.detect('smoke');
    await house1.until('an empty queue', ({ reports }) => reports.length === 0);
    expect(receiver.taken.filter(({ token }) => token !== 'NULL').map(({ data }) => data)).toEqual([
      '#1234|Nri0/AT000',
      '#1234|Nri1/FA012^smoke^',
    ]);
    expect(house1.proofs).toMatchObject([
      { report: 'r1', sequence: 1, path: 'primary tcp', ack: expect.stringContaining('"*ACK"0001') },
      { report: 'r2', alarm: 'a1', sequence: 2 },
    ]);
  });

  it('over an outage and a kill in the middle of it: all of it, in order, calls for help first, nothing twice', async () => {
    const clock = createFakeClock();
    const receiver = await receiverFor(clock);
    receiver.play(...Array(40).fill('hang-up'));
    const before = road(clock, receiver, initialStations());
    const silences = (count: number) =>
      before.until(`${count} silences`, ({ lines }) => Object.values(lines).some(({ fails }) => fails >= count));
    before.fault('mains_lost');
    before.detect('smoke');
    before.detect('fob');
    await silences(1);
    before.wait();
    const saved = before.kill();
    expect(saved.reports.length).toBe(3);
    const heard = receiver.taken.length;

    const well = await receiverFor(clock);
    const behind = road(clock, well, saved);
    await behind.until('an empty queue', ({ reports }) => reports.length === 0);
    expect(heard).toBeGreaterThan(0);
    expect(
      well.taken.filter(({ token }) => token !== 'NULL').map(({ sequence, data }) => `${sequence} ${data}`),
    ).toEqual(['0002 #1234|Nri1/HA009^fob^', '0001 #1234|Nri0/AT000', '0003 #1234|Nri1/FA012^smoke^']);
    expect([...receiver.complaints, ...well.complaints]).toEqual([]);
  });
});
