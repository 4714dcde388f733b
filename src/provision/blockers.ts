import type { ZoneType } from '../alarm/plan.ts';
import type { FittedHouse, FittedZone } from './house.ts';
import { type Job, TESTS_NEEDED } from './job.ts';
import { propose } from './propose.ts';

// What stands between this home and its handover. Nothing is let pass in silence: a waiver is a reason on the certificate.

export type Step = 'checks' | 'devices' | 'secrets' | 'contacts' | 'walk' | 'paths' | 'items' | 'residents' | 'panel';

export interface Blocker {
  /** `zone:front-door`; names it in a waiver. */
  readonly id: string;
  /** Where in the hour it is mended. */
  readonly step: Step;
  /** A sentence: what is missing. */
  readonly what: string;
  /** `no`: there is no reason good enough. */
  readonly waivable: 'yes' | 'no';
  /** The reason it was waived for; null: it blocks. */
  readonly waived: string | null;
}

type Found = Omit<Blocker, 'waived'>;

/** Everything that is missing, in the order in which the hour goes; those waived too, with their reasons. */
export function missing(job: Job, house: FittedHouse): readonly Blocker[] {
  const found = [
    ...checksMissing(job),
    ...devicesMissing(house),
    ...secretsMissing(job, house),
    ...contactsMissing(house),
    ...walkMissing(job, house),
    ...pathsMissing(job, house),
    ...itemsMissing(job),
    ...endMissing(house),
  ];
  return found.map((one) => ({ ...one, waived: waiverOf(job, one) }));
}

function waiverOf(job: Job, { id, waivable }: Found): string | null {
  return waivable === 'no' ? null : (job.waivers.find(({ what }) => what === id)?.reason ?? null);
}

/** Everything that blocks the handover now. */
export const blockers = (job: Job, house: FittedHouse): readonly Blocker[] =>
  missing(job, house).filter(({ waived }) => waived === null);

const block = (id: string, step: Step, what: string): Found => ({ id, step, what, waivable: 'no' });
const ask = (id: string, step: Step, what: string): Found => ({ id, step, what, waivable: 'yes' });

function checksMissing(job: Job): readonly Found[] {
  return propose(job.referral).checks.flatMap(({ id, what }) => {
    const answer = job.checks[id];
    if (answer?.answer === 'yes') return [];
    const words = answer === undefined ? `not confirmed yet: ${what}` : `answered with no: ${what}`;
    return [block(`check:${id}`, 'checks', words)];
  });
}

function devicesMissing(house: FittedHouse): readonly Found[] {
  const found: Found[] = [];
  if (house.restart === 'needed')
    found.push(block('restart', 'devices', 'what was learnt last counts only after a restart of the hub'));
  if (!house.zones.some(({ type }) => type === 'panic'))
    found.push(block('personal-alarm', 'devices', 'there is no personal alarm: learn a button of type panic'));
  for (const zone of house.zones) {
    if (zone.lost) found.push(block(`lost:${zone.id}`, 'devices', `${zone.name} is not heard any more`));
    if (zone.batteryLow) found.push(ask(`battery:${zone.id}`, 'devices', `the battery of ${zone.name} is low`));
    if (zone.signal === 'weak' || zone.signal === 'bad')
      found.push(
        ask(`signal:${zone.id}`, 'devices', `${zone.name} is heard ${zone.signal === 'weak' ? 'weakly' : 'badly'}`),
      );
  }
  return found;
}

function secretsMissing(job: Job, { brokerUsers }: FittedHouse): readonly Found[] {
  if (brokerUsers.length === 0 || job.secretsAt !== null) return [];
  const names = brokerUsers.join(', ');
  return [
    block(
      'secrets',
      'secrets',
      `the passwords of the broker were known before today (${names}): make them new, then walk`,
    ),
  ];
}

function contactsMissing({ contacts }: FittedHouse): readonly Found[] {
  if (contacts.length === 0) return [block('contacts', 'contacts', 'there is no contact: nobody would be told')];
  const proven = contacts.some((contact) => contact.proven);
  const rest = contacts.filter((contact) => !contact.proven);
  const found = rest.map(({ id, asked }) =>
    ask(`contact:${id}`, 'contacts', `${id} has not answered YES${asked ? ' yet' : ', and was not asked'}`),
  );
  return proven
    ? found
    : [block('contacts', 'contacts', 'no contact is proven: at least one has to answer YES'), ...found];
}

/** Walked by a single press in each room; the others count by what they detect. */
const isButton = ({ type }: { readonly type: ZoneType }): boolean => type === 'panic';

function walkMissing(job: Job, house: FittedHouse): readonly Found[] {
  return [...roomsMissing(job, house), ...house.zones.filter((zone) => !isButton(zone)).flatMap(detectorMissing(job))];
}

function roomsMissing(job: Job, { zones }: FittedHouse): readonly Found[] {
  const buttons = zones.filter(isButton);
  if (buttons.length === 0) return [];
  if (job.rooms.length === 0)
    return [block('rooms', 'walk', 'no room is named from which the personal alarm has to work')];
  return buttons.flatMap(({ id, name }) =>
    job.rooms
      .filter((room) => !job.presses.some((press) => press.zone === id && press.room === room))
      .map((room) => block(`press:${id}:${room}`, 'walk', `${name} was not pressed in: ${room}`)),
  );
}

const detectorMissing =
  (job: Job) =>
  ({ id, name }: FittedZone): readonly Found[] => {
    const times = job.tests[id]?.length ?? 0;
    if (times >= TESTS_NEEDED) return [];
    return [
      ask(`zone:${id}`, 'walk', `${name} was tested ${times === 0 ? 'not at all' : 'once'}, and has to be twice`),
    ];
  };

function pathsMissing(job: Job, { paths }: FittedHouse): readonly Found[] {
  const found = paths.flatMap(({ name, tested }): readonly Found[] => {
    const test = job.paths[name];
    if (typeof test?.answeredAfterMs === 'number') return [];
    const id = `path:${name}`;
    if (tested === 'never') return [ask(id, 'paths', `${name} is told of no tests by the config`)];
    if (test === undefined) return [ask(id, 'paths', `${name} was not tested`)];
    return [
      ask(id, 'paths', `${name} did not answer: ${[test.result, test.why].filter((one) => one !== '').join(', ')}`),
    ];
  });
  const isAnswered = paths.some(
    ({ name, contact }) => contact !== null && typeof job.paths[name]?.answeredAfterMs === 'number',
  );
  return isAnswered ? found : [block('paths', 'paths', 'no contact has answered a test on any path'), ...found];
}

function itemsMissing(job: Job): readonly Found[] {
  return propose(job.referral)
    .items.filter(({ id }) => !job.items.some(({ item }) => item === id))
    .map(({ id, what, where }) => block(`item:${id}`, 'items', `not noted as fitted or not: ${what} (${where})`));
}

function endMissing({ residents, panel }: FittedHouse): readonly Found[] {
  const found: Found[] = [];
  if (residents === 0)
    found.push(
      block('residents', 'residents', 'she has no code yet: add her as a resident, with a code only she knows'),
    );
  if (panel === 'set') found.push(block('panel', 'panel', 'the house is armed: it has to be disarmed'));
  return found;
}
