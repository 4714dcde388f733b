import { type WallTime, wallTime } from '../../src/base/time.ts';
import { blockers, missing } from '../../src/provision/blockers.ts';
import type { FittedHouse, FittedZone } from '../../src/provision/house.ts';
import { type Job, type JobEvent, newJob } from '../../src/provision/job.ts';
import { propose } from '../../src/provision/propose.ts';
import { reduce } from '../../src/provision/reduce.ts';
import type { Referral } from '../../src/provision/referral.ts';

/** A terrace at high risk, everything agreed: what a story does not speak of. */
export const REFERRAL: Referral = {
  reference: 'REF-1',
  received: '2026-11-21',
  risk: 'high',
  urgency: 'immediate',
  property: { kind: 'terrace', tenure: 'council', ownerAgrees: 'yes', doors: 2, windows: 2, locks: null },
  access: [],
  conditions: [],
  escort: 'not-needed',
  needs: [],
  language: 'en',
  children: 0,
  referredBy: null,
};

type Over = Partial<Omit<Referral, 'property'>> & { readonly property?: Partial<Referral['property']> };

export const referral = ({ property, ...over }: Over = {}): Referral => ({
  ...REFERRAL,
  ...over,
  property: { ...REFERRAL.property, ...property },
});

const zone = (id: string, type: FittedZone['type'], over: Partial<FittedZone> = {}): FittedZone => ({
  id,
  name: `The ${id}`,
  type,
  device: 'a model',
  signal: 'good',
  battery: 90,
  batteryLow: false,
  lost: false,
  ...over,
});

export const zoneOf = zone;

/** A small house with nothing wrong with it. */
export const HOUSE: FittedHouse = {
  panel: 'disarmed',
  zones: [zone('button', 'panic'), zone('door', 'entry'), zone('hall', 'interior')],
  contacts: [
    { id: 'sister', proven: true, asked: false },
    { id: 'friend', proven: true, asked: false },
  ],
  paths: [
    { name: 'twilio to sister', contact: 'sister', tested: 'on order' },
    { name: 'twilio to friend', contact: 'friend', tested: 'on order' },
    { name: 'desk', contact: null, tested: 'on order' },
  ],
  brokerUsers: ['zigbee2mqtt'],
  residents: 1,
  restart: 'not needed',
};

export const AT = wallTime(Date.UTC(2026, 10, 21, 14, 0, 0));
export const at = (second: number): WallTime => wallTime(AT + second * 1000);

export const begun = (over: Over = {}): Job =>
  newJob({
    id: 'job-1',
    referral: referral(over),
    installer: { person: null, name: 'Robin', scheme: 'Safer Homes' },
    now: AT,
  });

/** The job after these events, one a second. Throws where one is refused. */
export function jobAfter(job: Job, ...events: readonly JobEvent[]): Job {
  return events.reduce((before, event, index) => {
    const step = reduce(before, event, at(index + 1));
    if (!step.ok) throw new Error(step.why);
    return step.job;
  }, job);
}

export const refusalOf = (job: Job, event: JobEvent): string => {
  const step = reduce(job, event, at(1));
  return step.ok ? 'taken' : step.why;
};

const answered = { answeredAfterMs: 4_200, result: 'answered', why: '' };

/** Everything an hour needs for this house. */
export const wholeHour = (job: Job, house: FittedHouse = HOUSE): readonly JobEvent[] => [
  ...propose(job.referral).checks.map(
    ({ id }): JobEvent => ({ type: 'check-answered', check: id, answer: 'yes', note: '' }),
  ),
  ...propose(job.referral).items.map(
    ({ id }): JobEvent => ({ type: 'item-noted', item: id, where: '', is: 'fitted', note: '' }),
  ),
  { type: 'secrets-renewed' },
  { type: 'room-named', room: 'Bedroom' },
  { type: 'stood-in', room: 'Bedroom' },
  ...house.zones.flatMap(({ id, type }): readonly JobEvent[] =>
    type === 'panic'
      ? [{ type: 'walked', zone: id, what: 'pressed' }]
      : [
          { type: 'walked', zone: id, what: 'opened' },
          { type: 'walked', zone: id, what: 'closed' },
          { type: 'walked', zone: id, what: 'opened' },
        ],
  ),
  ...house.paths.map(({ name }): JobEvent => ({ type: 'path-tested', path: name, result: answered })),
];

export const done = (over: Over = {}, house: FittedHouse = HOUSE): Job => {
  const job = begun(over);
  return jobAfter(job, ...wholeHour(job, house));
};

export const idsOf = (job: Job, house: FittedHouse = HOUSE): readonly string[] =>
  blockers(job, house).map(({ id }) => id);

/** Id of each that may be waived. */
export const waivable = (job: Job, house: FittedHouse): readonly string[] =>
  missing(job, house)
    .filter((one) => one.waivable === 'yes')
    .map(({ id }) => id);
