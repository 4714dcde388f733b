import type { RecordEffect } from '../alarm/effects.ts';
import type { ContactId } from '../base/brand.ts';
import { between, type Duration, seconds } from '../base/time.ts';
import type { Hub } from './hub.ts';
import type { Clock } from './ports.ts';

/** Milliseconds from the order to each hop; a hop that was not reached is not there. */
export interface Hops {
  readonly handedOver?: number;
  readonly accepted?: number;
  readonly delivered?: number;
  readonly answered?: number;
}

/** What became of one contact's test text on one path, or of the test report to one monitoring service. */
export interface TestResult {
  /** `twilio to sister`, or the id of a service. */
  readonly path: string;
  readonly ok: boolean;
  /** The last hop it reached, or how it failed. That a person has read it, only `answered` proves. */
  readonly result: string;
  readonly ms: number;
  readonly why: string;
  readonly hops: Hops;
}

export interface TestAsked {
  /** Names of the paths; `log` where there is none. */
  readonly paths: readonly string[];
  readonly contacts: Iterable<ContactId>;
  /** Monitoring services that are told of tests. */
  readonly stations: readonly string[];
  /** So long replies are waited for; zero: not at all. */
  readonly wait: Duration;
  readonly gone: AbortSignal;
}

/** A test text that no path has taken by then has failed. */
const PATIENCE = seconds(45);

type Hop = keyof Hops;
const HOPS: Readonly<Record<string, Hop>> = {
  'text-handed': 'handedOver',
  'text-accepted': 'accepted',
  'text-delivered': 'delivered',
  'test-answered': 'answered',
  'report-handed': 'handedOver',
  'report-acked': 'delivered',
};
/** Rows after which nothing more comes of a text on its path, or, without one, on any. */
const FAILURES: readonly string[] = [
  'text-not-sent',
  'text-refused',
  'text-failed',
  'text-expired',
  'text-shed',
  'text-cancelled',
];

interface Way {
  readonly path: string;
  /** Null: the path is a monitoring service. */
  readonly contact: string | null;
  /** Why it was not taken so far. */
  delayed: string | null;
  readonly hops: Partial<Record<Hop, number>>;
  failed: { readonly result: string; readonly why: string } | null;
  /** Somebody who was to confirm it will not. */
  settled: boolean;
  told: boolean;
}

/** Sends a marked test to every contact on every path, and tells of each how far it got; resolves when all are told of. */
export async function testAlert(
  hub: Pick<Hub, 'testAlert'>,
  clock: Clock,
  asked: TestAsked,
  tell: (result: TestResult) => void,
): Promise<void> {
  const began = clock.now();
  const elapsed = (): number => Math.round(between(began, clock.now()));
  const contacts = [...asked.contacts];
  const ways = [
    ...asked.paths.flatMap((path) => contacts.map((contact) => newWay(path, contact))),
    ...asked.stations.map((station) => newWay(station, null)),
  ];
  const over = Promise.withResolvers<void>();
  const finish = (which: (way: Way) => boolean): void => {
    for (const way of ways.filter((one) => !one.told && which(one))) {
      way.told = true;
      tell(resultOf(way, elapsed()));
    }
    if (ways.every(({ told }) => told)) over.resolve();
  };
  const isWaitingFor = asked.wait > 0;
  const onRow = ({ row, data }: RecordEffect): void => {
    if (data['kind'] !== 'test' && data['kind'] !== 'test-manual' && row !== 'test-answered') return;
    const mine = ways.filter((way) => isAbout(way, data));
    for (const way of mine) take(way, row, String(data['why'] ?? ''), elapsed());
    finish((way) => isOver(way, isWaitingFor));
  };
  const cancels = [clock.alarm(PATIENCE, () => finish((way) => !isWaitingFor || way.hops.accepted === undefined))];
  if (isWaitingFor) cancels.push(clock.alarm(Math.max(asked.wait, PATIENCE), () => finish(() => true)));
  asked.gone.addEventListener('abort', () => over.resolve());
  // Rows may come within this very call.
  const stop = hub.testAlert(onRow);
  finish(() => false);
  await over.promise;
  for (const cancel of cancels) cancel();
  stop();
}

function isAbout({ contact, path }: Way, data: RecordEffect['data']): boolean {
  if (contact === null) return data['kind'] === 'test-manual' && data['station'] === path;
  return contact === data['contact'] && (data['path'] === undefined || data['path'] === path);
}

const newWay = (path: string, contact: string | null): Way => ({
  path,
  contact,
  delayed: null,
  hops: {},
  failed: null,
  settled: false,
  told: false,
});

function take(way: Way, row: string, why: string, ms: number): void {
  const hop = HOPS[row];
  if (hop !== undefined) way.hops[hop] ??= ms;
  if (row === 'text-unconfirmed') way.settled = true;
  if (row === 'report-unanswered' || row === 'report-refused') way.delayed = why;
  if (!FAILURES.includes(row)) return;
  const reason = row === 'text-not-sent' ? 'no way to send is configured' : why;
  way.failed ??= { result: row.replace('text-', ''), why: reason };
}

function isOver({ contact, failed, hops, settled }: Way, isWaitingFor: boolean): boolean {
  if (failed !== null || hops.answered !== undefined) return true;
  // A service's acknowledgement is all the answer there is.
  if (contact === null) return hops.delivered !== undefined;
  return !isWaitingFor && (hops.delivered !== undefined || settled);
}

function resultOf({ path, contact, delayed, hops, failed }: Way, ms: number): TestResult {
  const base = { path: contact === null ? path : `${path} to ${contact}`, hops };
  if (failed !== null) return { ...base, ok: false, ms, ...failed };
  if (hops.answered !== undefined) return { ...base, ok: true, result: 'answered', ms: hops.answered, why: '' };
  if (hops.delivered !== undefined) return { ...base, ok: true, result: 'delivered', ms: hops.delivered, why: '' };
  if (hops.accepted !== undefined) {
    const why = 'taken, but nobody confirmed that it arrived; ask whether it did';
    return { ...base, ok: true, result: 'accepted', ms: hops.accepted, why };
  }
  const silent = hops.handedOver === undefined ? 'it could not be handed over' : 'the path did not say that it took it';
  const why = delayed ?? silent;
  return { ...base, ok: false, result: 'no answer', ms, why: `${why}, for ${PATIENCE / 1000} s` };
}
