import type { WallTime } from '../base/time.ts';
import type { Certificate, CertifiedCheck, CertifiedZone, Feedback } from '../papers/model.ts';
import { missing } from './blockers.ts';
import { deadlineOf } from './deadline.ts';
import type { FittedHouse, FittedZone } from './house.ts';
import type { Job } from './job.ts';
import { propose } from './propose.ts';
import { PROPERTY_WORDS } from './referral.ts';

/** What only the running hub knows of itself when papers are made. */
export interface HubFacts {
  readonly hub: string;
  readonly version: string;
  readonly log: { readonly seq: number; readonly hash: string };
  /** Days on which the fitting is looked at again. */
  readonly reviews: readonly string[];
  readonly now: WallTime;
  /** A moment as ISO 8601 in UTC. */
  readonly iso: (at: WallTime) => string;
}

/** As fitted. What was waived stands among the checks, with its reason; notes for the coordinator do not. */
export function certificateOf(job: Job, house: FittedHouse, facts: HubFacts): Certificate {
  const { hub, version, log, reviews, now, iso } = facts;
  return {
    form: 'lantern-certificate-1',
    hub,
    version,
    handedOverAt: iso(now),
    fitter: job.installer.name,
    property: PROPERTY_WORDS[job.referral.property.kind],
    fitted: job.items
      .filter(({ is }) => is === 'fitted')
      .map(({ item, where, note }) => ({ item: wordsOf(job, item), where, note })),
    zones: house.zones.map((zone) => zoneOf(job, zone, iso)),
    paths: house.paths.flatMap(({ name }) => {
      const test = job.paths[name];
      if (test === undefined) return [];
      const { answeredAfterMs: ms, at } = test;
      return [{ name, answeredAfterSeconds: ms === null ? null : Math.round(ms / 100) / 10, at: iso(at) }];
    }),
    checks: [...confirmed(job), ...waived(job, house), ...notFitted(job)],
    log,
    reviews,
  };
}

const wordsOf = (job: Job, item: string): string =>
  propose(job.referral).items.find(({ id }) => id === item)?.what ?? item;

function zoneOf(job: Job, zone: FittedZone, iso: HubFacts['iso']): CertifiedZone {
  const { id, name, type, device, signal, battery } = zone;
  const tests = (job.tests[id] ?? []).map(({ at, what }) => ({ at: iso(at), what: what as string }));
  const presses = job.presses
    .filter((press) => press.zone === id)
    .map(({ at, room }) => ({ at: iso(at), what: `pressed: ${room}` }));
  return { id, name, type, device, signal, battery, tests: [...tests, ...presses] };
}

const confirmed = (job: Job): readonly CertifiedCheck[] =>
  propose(job.referral).checks.map(({ id, what }) => ({ what, ok: job.checks[id]?.answer === 'yes', note: '' }));

const waived = (job: Job, house: FittedHouse): readonly CertifiedCheck[] =>
  missing(job, house).flatMap(({ what, waived: reason }) =>
    reason === null ? [] : [{ what, ok: false, note: reason }],
  );

const notFitted = (job: Job): readonly CertifiedCheck[] =>
  job.items
    .filter(({ is }) => is === 'not-fitted')
    .map(({ item, note }) => ({ what: `not fitted: ${wordsOf(job, item)}`, ok: false, note }));

const QUARTER_MS = 15 * 60_000;

/** What the coordinator who referred gets back. */
export function feedbackOf(job: Job, house: FittedHouse, { now, iso }: Pick<HubFacts, 'now' | 'iso'>): Feedback {
  const { referral } = job;
  return {
    reference: referral.reference,
    agency: referral.referredBy?.agency ?? '',
    scheme: job.installer.scheme,
    risk: referral.risk,
    urgency: referral.urgency,
    deadline: deadlineOf(referral).day,
    beganAt: iso(job.startedAt),
    endedAt: iso(now),
    hours: Math.ceil((now - job.startedAt) / QUARTER_MS) / 4,
    outstanding: [...waived(job, house), ...notFitted(job)].map(({ what, note }) => `${what}: ${note}`),
    concerns: propose(referral).checks.flatMap(({ id, what }) => {
      const note = job.checks[id]?.note ?? '';
      return note === '' ? [] : [`${what} ${note}`];
    }),
  };
}
