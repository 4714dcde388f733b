import { after, between, type Instant, instant, isDue, sooner, type WallTime } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import { chain, each } from './chain.ts';
import { backoff, MAX_ACTIVE, MAX_REPORTS, REFUSED_REST, REFUSED_ROUNDS, RESULT_TIME } from './stations-bounds.ts';
import type { ReportEnd, StationsEffect, StationsStep } from './stations-events.ts';
import { PLACES, type ReportKind, type StationId, type StationsPlan, takes } from './stations-plan.ts';
import type { Delivery, Report, ReportWhat, StationsState } from './stations-state.ts';
import {
  fitForRow,
  isOver,
  lineOf,
  putDelivery,
  putLine,
  rankOf,
  reportRow,
  stay,
  urgencyOf,
} from './stations-step.ts';

/** The highest number of a DC-09 message; then it begins again at 1. */
const LAST_SEQUENCE = 9999;

// ---- what is told at all -------------------------------------------------------------------------------------------

/** Told once when it begins and once when it ends; what never began has no end. */
const LASTING: ReadonlySet<ReportKind> = new Set<ReportKind>([
  'perimeter',
  'interior',
  'entry-route',
  'day-zone',
  'pre-alert',
  'zone-tamper',
  'hub-tamper',
  'fire',
  'technical',
  'jamming',
  'supervision-lost',
  'battery-low',
  'mains-lost',
  'mains-cut',
  'hub-battery-low',
  'path-lost',
  'bypass',
  'trouble-other',
]);
/** Of these a second one is news even while the first lasts. */
const AGAIN: ReadonlySet<ReportKind> = new Set<ReportKind>([
  'perimeter',
  'interior',
  'entry-route',
  'day-zone',
  'fire',
  // One that was not taken back, because the unset was under threat, must not keep the next one quiet.
  'pre-alert',
]);

type Active = StationsState['active'][number];

/** Where no zone tells two of a kind apart, their texts do. An alarm is confirmed once, wherever that is. */
const isSame = (one: Active, other: Active): boolean =>
  one.kind === other.kind &&
  (one.kind === 'confirmed'
    ? one.alarm === other.alarm
    : one.zone === other.zone && (one.zone !== null || one.text === other.text));

/** Takes what happened: queues what is news for somebody. */
export function onHappened(
  plan: StationsPlan,
  state: StationsState,
  what: readonly ReportWhat[],
  at: WallTime | null,
  now: Instant,
): StationsStep {
  return each(state, what, (current, one) => {
    const known = current.active.some((active) => isSame(active, one));
    const followed = { ...current, active: follow(current.active, one) };
    return isNews(one, known) ? enqueue(plan, followed, one, at, now) : stay(followed);
  });
}

function isNews({ kind, is }: ReportWhat, known: boolean): boolean {
  if (is === 'restore') return known;
  if (kind === 'confirmed') return !known;
  return !known || !LASTING.has(kind) || AGAIN.has(kind);
}

/** What lasts after this. An alarm makes an alarm of its pre-alert, and its end is an end of its confirmation. */
function follow(active: StationsState['active'], { kind, is, alarm, zone, text }: ReportWhat): StationsState['active'] {
  const others = active.filter((one) => !isSame(one, { kind, alarm, zone, text }));
  if (is === 'restore') return others;
  if (kind === 'cancel' || kind === 'expired')
    return others.filter((one) => one.kind !== 'confirmed' || one.alarm !== alarm);
  // Setting and unsetting lets every zone in again that was left out.
  if (PLACES[kind].class === 'unset' || kind === 'set' || kind === 'part-set')
    return others.filter((one) => one.kind !== 'bypass');
  const rest = PLACES[kind].alarm === 'intruder' ? others.filter((one) => one.kind !== 'pre-alert') : others;
  if (kind !== 'confirmed' && !LASTING.has(kind)) return rest;
  return [...rest, { kind, alarm, zone, text }].slice(-MAX_ACTIVE);
}

/** Queues it for every service that takes it. */
function enqueue(
  plan: StationsPlan,
  state: StationsState,
  what: ReportWhat,
  at: WallTime | null,
  now: Instant,
): StationsStep {
  const stations = [...plan.stations.values()].filter((station) => takes(station, what.kind)).map(({ id }) => id);
  return enqueueFor(state, stations, what, at, now);
}

/** Queues it for these. A call for help makes the waiting for another try void: it is tried at once. */
export function enqueueFor(
  state: StationsState,
  stations: readonly StationId[],
  what: ReportWhat,
  at: WallTime | null,
  now: Instant,
): StationsStep {
  if (stations.length === 0 || waitsAlready(state, what)) return stay(state);
  const id = what.silent ? `q${state.nextSilent}` : `r${state.nextReport}`;
  const queued: Delivery = { status: 'queued', notBefore: now, sequence: null, form: 'full', rounds: 0, fails: 0 };
  const to: Report['to'] = Object.fromEntries(stations.map((station) => [station, queued]));
  const report: Report = { ...what, id, at, to };
  const counted = what.silent ? { nextSilent: state.nextSilent + 1 } : { nextReport: state.nextReport + 1 };
  return chain(
    state,
    withRoom,
    (s) => stay({ ...s, ...counted, reports: [...s.reports, report] }),
    (s) => stay(rankOf(report) === 0 ? stations.reduce(hurry, s) : s),
  );
}

/** A renewed call for help whose last one nobody was sent yet would only say the same again. */
const waitsAlready = (state: StationsState, { kind, is, alarm, zone }: ReportWhat): boolean =>
  PLACES[kind].rank === 0 &&
  state.reports.some(
    (one) =>
      one.kind === kind &&
      one.is === is &&
      one.alarm === alarm &&
      (zone === null || one.zone === zone) &&
      Object.values<Delivery>(one.to).every((delivery) => delivery.status === 'queued' && delivery.sequence === null),
  );

function hurry(state: StationsState, station: StationId): StationsState {
  const line = lineOf(state, station);
  return line === undefined ? state : putLine(state, station, { ...line, fails: 0, retryAt: null });
}

/** Full: the oldest of the least urgent gives way, a call for help last of all. */
function withRoom(state: StationsState): StationsStep {
  if (state.reports.length < MAX_REPORTS) return stay(state);
  const least = Math.max(...state.reports.map(rankOf));
  const victim = state.reports.find((one) => rankOf(one) === least);
  if (victim === undefined) return stay(state);
  const reports = state.reports.filter((one) => one.id !== victim.id);
  return stay({ ...state, reports }, reportRow('report-shed', victim, {}));
}

// ---- on its way ----------------------------------------------------------------------------------------------------

/** Sends what can be sent now, to each service one at a time; a call for help waits for nothing but another one. */
export function settleQueue(plan: StationsPlan, state: StationsState, now: Instant): StationsStep {
  return chain(
    state,
    (s) => each(s, s.reports, (current, report) => giveUpLost(current, report.id, now)),
    (s) => each(s, [...plan.stations.keys()], (current, station) => sendNext(current, station, now)),
  );
}

/** No result came in all this time: sent again. */
function giveUpLost(state: StationsState, id: string, now: Instant): StationsStep {
  const report = state.reports.find((one) => one.id === id);
  const lost = Object.entries<Delivery>(report?.to ?? {}).filter(
    ([, delivery]) => delivery.status === 'sent' && between(delivery.since, now) >= RESULT_TIME,
  );
  return each(state, lost, (current, [station]) =>
    onSendEnded(current, station as StationId, id, { outcome: 'unanswered', why: 'no result came' }, now),
  );
}

function sendNext(state: StationsState, station: StationId, now: Instant): StationsStep {
  const line = lineOf(state, station);
  if (line === undefined) return stay(state);
  const next = nextFor(state, station, now);
  if (next === undefined) return stay(state);
  const { report, delivery } = next;
  const sequence = delivery.sequence ?? line.nextSequence;
  const following = sequence === LAST_SEQUENCE ? 1 : sequence + 1;
  const counted = delivery.sequence === null ? putLine(state, station, { ...line, nextSequence: following }) : state;
  const { form, rounds, fails } = delivery;
  const sent = putDelivery(counted, report, station, { status: 'sent', since: now, sequence, form, rounds, fails });
  const effect: StationsEffect = { type: 'send', station, report, sequence, urgency: urgencyOf(report), form };
  return stay(sent, effect);
}

interface Next {
  readonly report: Report;
  readonly delivery: Queued;
}

/** The oldest of the calls for help, else the oldest of all; undefined: nothing, or not now. */
function nextFor(state: StationsState, station: StationId, now: Instant): Next | undefined {
  const retryAt = state.lines[station]?.retryAt ?? null;
  if (retryAt !== null && !isDue(retryAt, now)) return undefined;
  const ready = queuedFor(state, station).filter(({ delivery }) => isDue(delivery.notBefore, now));
  const urgent = ready.find(({ report }) => rankOf(report) === 0);
  const next = urgent ?? ready[0];
  const blocked = state.reports.some(
    (one) => one.to[station]?.status === 'sent' && (urgent === undefined || rankOf(one) === 0),
  );
  return blocked ? undefined : next;
}

function queuedFor(state: StationsState, station: StationId): readonly Next[] {
  return state.reports.flatMap((report) => {
    const delivery = report.to[station];
    return delivery?.status === 'queued' ? [{ report, delivery }] : [];
  });
}

/** What became of one that was handed over. Late and double results are passed over. */
export function onSendEnded(
  state: StationsState,
  station: StationId,
  id: string,
  result: ReportEnd,
  now: Instant,
): StationsStep {
  const report = state.reports.find((one) => one.id === id);
  const delivery = report?.to[station];
  const line = lineOf(state, station);
  if (report === undefined || delivery === undefined || line === undefined || isOver(delivery)) return stay(state);
  // Proof that comes late is proof all the same; any other word is about a try that is over.
  if (result.outcome === 'acked') return onAcked(state, station, report, delivery, result.ack);
  if (delivery.status !== 'sent') return stay(state);
  const again = requeued(delivery, now);
  switch (result.outcome) {
    case 'put-off':
      return stay(putDelivery(state, report, station, again));
    case 'unanswered': {
      const fails = line.fails + 1;
      const waits = queuedFor(state, station).some((one) => rankOf(one.report) === 0) || rankOf(report) === 0;
      const retryAt = after(now, backoff(fails, waits ? 'urgent' : 'ordinary'));
      const kept = putDelivery(state, report, station, { ...again, fails: again.fails + 1 });
      // Once for each report, whatever was tried before it: a missing row would tell of a silent one.
      const row = reportRow('report-unanswered', report, { station, why: fitForRow(result.why) });
      return stay(putLine(kept, station, { ...line, fails, retryAt }), ...(delivery.fails === 0 ? [row] : []));
    }
    case 'refused':
      return onRefused(state, station, report, delivery, result.why, now);
    default:
      return unreachable(result);
  }
}

/**
 * The service has it. The bytes go into a sealed row: their number counts silent reports too, and a gap in what can be
 * read on site would tell of one.
 */
function onAcked(
  state: StationsState,
  station: StationId,
  report: Report,
  delivery: Delivery,
  ack: Extract<ReportEnd, { outcome: 'acked' }>['ack'],
): StationsStep {
  const line = lineOf(state, station);
  if (line === undefined) return stay(state);
  const free = putLine(state, station, { ...line, fails: 0, retryAt: null });
  const sequence = delivery.status === 'sent' || delivery.status === 'queued' ? delivery.sequence : null;
  const proof = { station, sequence, ack: ack.bytes.slice(0, 1000), receivedAtMs: ack.at, path: ack.path };
  return stay(
    putDelivery(free, report, station, { status: 'acked' }),
    reportRow('report-acked', report, { station }),
    reportRow('report-proof', report, proof, 'sealed'),
  );
}

/** Never again as it is: in the plainest words under a new number, after a rest from the start, and then no more. */
function onRefused(
  state: StationsState,
  station: StationId,
  report: Report,
  { form, rounds, fails }: Sent,
  why: string,
  now: Instant,
): StationsStep {
  const row = reportRow('report-refused', report, { station, form, why: fitForRow(why) });
  const fresh = { status: 'queued', sequence: null, fails } as const;
  if (form === 'full') {
    return stay(putDelivery(state, report, station, { ...fresh, notBefore: now, form: 'plain', rounds }), row);
  }
  const mayAgain = PLACES[report.kind].class === 'alarms' && rounds + 1 < REFUSED_ROUNDS;
  if (!mayAgain) return stay(putDelivery(state, report, station, { status: 'given-up' }), row);
  const rests: Delivery = { ...fresh, notBefore: after(now, REFUSED_REST), form: 'full', rounds: rounds + 1 };
  return stay(putDelivery(state, report, station, rests), row);
}

/** When something could be sent, or counts as lost. */
export function queueDeadlines(state: StationsState): readonly (Instant | null)[] {
  return state.reports.flatMap((report) =>
    Object.entries<Delivery>(report.to).map(([station, delivery]) => {
      if (delivery.status === 'sent') return after(delivery.since, RESULT_TIME);
      if (delivery.status !== 'queued') return null;
      return waitsFor(state, station as StationId, report, delivery.notBefore);
    }),
  );
}

/** Null: it waits for another one that is on its way, whose result brings it on. */
function waitsFor(state: StationsState, station: StationId, report: Report, notBefore: Instant): Instant | null {
  const line = lineOf(state, station);
  const blocked = state.reports.some(
    (one) => one.to[station]?.status === 'sent' && (rankOf(report) > 0 || rankOf(one) === 0),
  );
  if (line === undefined || blocked) return null;
  return line.retryAt !== null && line.retryAt > notBefore ? line.retryAt : notBefore;
}

/** The process has started again: what was on its way may have arrived, and is sent again under its number. */
export function requeueSent(state: StationsState): StationsState {
  const reports = state.reports.map((report) => ({
    ...report,
    to: Object.fromEntries(
      Object.entries<Delivery>(report.to).map(([station, delivery]) => [station, queuedAgain(delivery)]),
    ),
  }));
  return { ...state, reports };
}

const queuedAgain = (delivery: Delivery): Delivery =>
  delivery.status === 'sent' ? requeued(delivery, instant(0)) : delivery;

type Sent = Extract<Delivery, { status: 'sent' }>;
type Queued = Extract<Delivery, { status: 'queued' }>;

/** The same again: under the same number and in the same words. */
const requeued = ({ sequence, form, rounds, fails }: Sent, notBefore: Instant): Queued => ({
  status: 'queued',
  notBefore,
  sequence,
  form,
  rounds,
  fails,
});

/** Services that the config names no more get nothing; a report that waited for them alone leaves. */
export function forgetStations(plan: StationsPlan, state: StationsState): StationsState {
  const keep = <T>(record: Readonly<Record<StationId, T>>): Record<StationId, T> =>
    Object.fromEntries(Object.entries<T>(record).filter(([id]) => plan.stations.has(id as StationId)));
  const reports = state.reports
    .map((report) => ({ ...report, to: keep(report.to) }))
    .filter((report) => !Object.values<Delivery>(report.to).every(isOver));
  return { ...state, reports, lines: keep(state.lines) };
}

export const waitingFor = (state: StationsState, station: StationId): number =>
  state.reports.filter((report) => report.to[station] !== undefined && !isOver(report.to[station])).length;

export const soonest = (moments: readonly (Instant | null)[]): Instant | null => moments.reduce(sooner, null);
