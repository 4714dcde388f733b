import type { WallTime } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import {
  type Job,
  type JobEvent,
  LONGEST_NAME,
  LONGEST_NOTE,
  MOST_DEVICES,
  MOST_ITEMS,
  MOST_ROOMS,
  MOST_TESTS,
  MOST_WAIVERS,
  SAME_TEST_MS,
} from './job.ts';
import { propose } from './propose.ts';

/** The job after an event; or why nothing came of it, for the person who asked. */
export type JobStep = { readonly ok: true; readonly job: Job } | { readonly ok: false; readonly why: string };

const done = (job: Job): JobStep => ({ ok: true, job });
const refused = (why: string): JobStep => ({ ok: false, why });

/** Takes one event. Papers that were made before it are out of date, and have to be made again. */
export function reduce(job: Job, event: JobEvent, now: WallTime): JobStep {
  if (event.type === 'papers-made') return done({ ...job, papersAt: now });
  const step = take(job, event, now);
  if (!step.ok || step.job === job) return step;
  return done({ ...step.job, papersAt: null });
}

type Doing = Exclude<JobEvent, { type: 'papers-made' }>;

function take(job: Job, event: Doing, now: WallTime): JobStep {
  switch (event.type) {
    case 'check-answered':
      return onCheck(job, event, now);
    case 'room-named':
      return onRoom(job, event.room);
    case 'room-dropped':
      return onRoomDropped(job, event.room);
    case 'device-learnt':
      return onDevice(job, event, now);
    case 'secrets-renewed':
      return done({ ...job, secretsAt: now, tests: {}, presses: [] });
    case 'stood-in':
      return onStoodIn(job, event.room);
    case 'walked':
      return done(walked(job, event, now));
    case 'path-tested':
      return done({ ...job, paths: { ...job.paths, [event.path]: { ...event.result, at: now } } });
    case 'item-noted':
      return onItem(job, event, now);
    case 'waived':
      return onWaived(job, event, now);
    case 'waiver-withdrawn':
      return done({ ...job, waivers: job.waivers.filter(({ what }) => what !== event.what) });
    default:
      return unreachable(event);
  }
}

type Of<T extends JobEvent['type']> = Extract<JobEvent, { readonly type: T }>;

function onCheck(job: Job, { check, answer, note }: Of<'check-answered'>, now: WallTime): JobStep {
  if (!propose(job.referral).checks.some(({ id }) => id === check))
    return refused('there is no such check in this job; lantern provision show lists them');
  const wrong = noteWrong(note);
  if (wrong !== null) return refused(wrong);
  return done({ ...job, checks: { ...job.checks, [check]: { answer, note: note.trim(), at: now } } });
}

function onRoom(job: Job, given: string): JobStep {
  const room = given.trim();
  const wrong = nameWrong(room);
  if (wrong !== null) return refused(wrong);
  if (job.rooms.some((one) => isSame(one, room))) return done(job);
  if (job.rooms.length >= MOST_ROOMS)
    return refused(`${MOST_ROOMS} rooms are the most; name those she would call from`);
  return done({ ...job, rooms: [...job.rooms, room] });
}

function onRoomDropped(job: Job, given: string): JobStep {
  const room = roomOf(job, given);
  if (room === null) return refused(noRoom(job));
  return done({
    ...job,
    rooms: job.rooms.filter((one) => one !== room),
    presses: job.presses.filter((press) => press.room !== room),
    standsIn: job.standsIn === room ? null : job.standsIn,
  });
}

/** Learnt again under its id, it is the later word that counts. */
function onDevice(job: Job, { device }: Of<'device-learnt'>, now: WallTime): JobStep {
  const others = job.devices.filter(({ id }) => id !== device.id);
  if (others.length >= MOST_DEVICES) return refused(`${MOST_DEVICES} devices are the most in one job`);
  return done({ ...job, devices: [...others, { ...device, at: now }] });
}

function onStoodIn(job: Job, given: string | null): JobStep {
  const room = given === null ? null : roomOf(job, given);
  if (given !== null && room === null) return refused(noRoom(job));
  return done(room === job.standsIn ? job : { ...job, standsIn: room });
}

/** A closing proves nothing that the opening before it did not. */
function walked(job: Job, { zone, what }: Of<'walked'>, now: WallTime): Job {
  if (what === 'closed') return job;
  if (what === 'pressed') return pressed(job, zone, now);
  const before = job.tests[zone] ?? [];
  const last = before.at(-1);
  if (before.length >= MOST_TESTS) return job;
  // A door closes and a room falls still between two tests; of hits, one bump can make several.
  if (what === 'hit' && last !== undefined && now - last.at < SAME_TEST_MS) return job;
  return { ...job, tests: { ...job.tests, [zone]: [...before, { at: now, what }] } };
}

/** A press in a room that was not named says that the button works, and not from where. */
function pressed(job: Job, zone: string, now: WallTime): Job {
  const room = job.standsIn;
  if (room === null || job.presses.some((press) => press.zone === zone && press.room === room)) return job;
  return { ...job, presses: [...job.presses, { zone, room, at: now }] };
}

function onItem(job: Job, { item, where, is, note }: Of<'item-noted'>, now: WallTime): JobStep {
  const proposed = propose(job.referral).items.find(({ id }) => id === item);
  const { ownerAgrees } = job.referral.property;
  if (is === 'fitted' && proposed?.owner === 'must-agree' && ownerAgrees !== 'yes')
    return refused(
      `a ${proposed.what} needs the owner's agreement, and that is "${ownerAgrees}" in the referral; note it as not fitted, or start again from a referral that says yes`,
    );
  if (is === 'not-fitted' && note.trim() === '') return refused('say in a few words why it was not fitted');
  const place = where.trim() === '' ? (proposed?.where ?? '') : where.trim();
  const wrong = nameWrong(item) ?? noteWrong(place) ?? paperWrong(place) ?? noteWrong(note) ?? paperWrong(note);
  if (wrong !== null) return refused(wrong);
  const others = job.items.filter((one) => one.item !== item);
  if (others.length >= MOST_ITEMS) return refused(`${MOST_ITEMS} things are the most in one job`);
  return done({ ...job, items: [...others, { item, where: place, is, note: note.trim(), at: now }] });
}

/** Whether this is one that may be waived at all, `blockers` says, which knows the house. */
function onWaived(job: Job, { what, reason }: Of<'waived'>, now: WallTime): JobStep {
  if (reason.trim().length < 8) return refused('say why in a few words; the reason stands on the certificate');
  const wrong = noteWrong(reason) ?? paperWrong(reason);
  if (wrong !== null) return refused(wrong);
  const others = job.waivers.filter((one) => one.what !== what);
  if (others.length >= MOST_WAIVERS) return refused(`${MOST_WAIVERS} waivers are the most; this home is not fitted`);
  return done({ ...job, waivers: [...others, { what, reason: reason.trim(), at: now }] });
}

const folded = (name: string): string => name.normalize('NFC').toLowerCase();
const isSame = (a: string, b: string): boolean => folded(a) === folded(b);
const roomOf = (job: Job, given: string): string | null => job.rooms.find((one) => isSame(one, given.trim())) ?? null;

const noRoom = (job: Job): string =>
  job.rooms.length === 0
    ? 'no room is named yet; name those she would call from first'
    : `that room is not named; the rooms are ${job.rooms.join(', ')}`;

function nameWrong(name: string): string | null {
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,64}$/u.test(name) && name.trim() !== '') return paperWrong(name);
  return `a name is 1 to ${LONGEST_NAME} printable characters`;
}

function noteWrong(note: string): string | null {
  if (note.length > LONGEST_NOTE) return `a note is ${LONGEST_NOTE} characters at most`;
  return /[\p{Cc}]/u.test(note) ? 'a note is one line of text' : null;
}

/** What stands on a paper that she keeps at home names nobody; a number that can be rung gives somebody away. */
export function paperWrong(text: string): string | null {
  if (/\d(?:[\s().-]?\d){5,}/.test(text)) return 'leave numbers out: this stands on the certificate';
  return /\S@\S/.test(text) ? 'leave addresses out: this stands on the certificate' : null;
}
