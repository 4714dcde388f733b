import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from '../alarm/events.ts';
import type { PersonId } from '../base/brand.ts';
import type { WallTime } from '../base/time.ts';
import type { Codes } from '../hub/ports.ts';
import { finishChange } from './locks-files.ts';
import {
  lostPepper,
  pepperOf,
  peppersAtHand,
  readUsers,
  type StoredPerson,
  type StoredUsers,
  usersPath,
  usersStamp,
} from './users-file.ts';
import { type HashCode, hashBytes, hashCode, usualCost } from './users-hash.ts';

// --- what may be a code ---------------------------------------------------------------------------------------------

const shortest = 5;
/** Longer ones are typed wrongly more often than they are guessed. */
const longest = 12;

/** Why something cannot be a code. */
export type CodeFault = 'code-digits' | 'code-short' | 'code-long' | 'code-run' | 'code-repeats' | 'code-date';

/** The same as a sentence. */
export const CODE_FAULTS: Readonly<Record<CodeFault, string>> = {
  'code-digits': 'a code is digits only',
  'code-short': `a code has ${shortest} digits or more`,
  'code-long': `a code has ${longest} digits at most`,
  'code-run': 'a code that is one run of digits up or down is guessed first; choose another',
  'code-repeats': 'a code that repeats one digit or block is guessed first; choose another',
  'code-date': 'a code that is a date is guessed first; choose another',
};

/**
 * Null when this may be somebody's code. A run goes up or down by 1 and does not go round from 9 to 0; a date is a day that
 * exists, in the orders day-month-year, month-day-year and year-month-day.
 */
export function codeFault(code: string): CodeFault | null {
  if (!/^[0-9]*$/.test(code)) return 'code-digits';
  if (code.length < shortest) return 'code-short';
  if (code.length > longest) return 'code-long';
  if (isRun(code, 1) || isRun(code, -1)) return 'code-run';
  if (/^(.+)\1+$/.test(code)) return 'code-repeats';
  if (isDate(code)) return 'code-date';
  return null;
}

const isRun = (code: string, step: 1 | -1): boolean =>
  [...code].every((digit, i) => i === 0 || Number(digit) - Number(code[i - 1]) === step);

/** Splits one code into the years, months and days it can stand for; two-digit years are of both centuries. */
function isDate(code: string): boolean {
  if (code.length === 6) {
    const [a, b, c] = [code.slice(0, 2), code.slice(2, 4), code.slice(4)];
    return ['19', '20'].some(
      (century) => isDay(century + c, b, a) || isDay(century + c, a, b) || isDay(century + a, b, c),
    );
  }
  if (code.length === 8) {
    const [head, middle, tail] = [code.slice(0, 2), code.slice(2, 4), code.slice(4)];
    return (
      isDay(tail, middle, head) || isDay(tail, head, middle) || isDay(code.slice(0, 4), tail.slice(0, 2), tail.slice(2))
    );
  }
  return false;
}

function isDay(year: string, month: string, day: string): boolean {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (y < 1900 || y > 2099 || m < 1 || m > 12 || d < 1) return false;
  return d <= new Date(Date.UTC(y, m, 0)).getUTCDate();
}

/** Every other code that one wrong digit, or adding or taking away less than 10, makes of this one; any number of leading zeros counts. */
export function neighboursOf(code: string): readonly string[] {
  const near = new Set<string>();
  for (let at = 0; at < code.length; at += 1) {
    for (let digit = 0; digit <= 9; digit += 1) near.add(code.slice(0, at) + digit + code.slice(at + 1));
  }
  for (let by = -9; by <= 9; by += 1) {
    const value = Number(code) + by;
    if (value < 0) continue;
    const digits = String(value);
    for (let length = Math.max(shortest, digits.length); length <= longest; length += 1)
      near.add(digits.padStart(length, '0'));
  }
  near.delete(code);
  return [...near];
}

// --- whose code is it -----------------------------------------------------------------------------------------------

export interface CodesOptions {
  /** Where `lantern_pepper` may be; null outside a service. */
  readonly credentialsDirectory: string | null;
  readonly now: () => WallTime;
  /** Whether `now` is known to be right. */
  readonly trusted: () => boolean;
  readonly hash?: HashCode;
}

/** What `users.json` holds, as long as it can be used. */
interface Roll {
  readonly users: StoredUsers;
  readonly pepper: Buffer;
}

/** Two hashes at a time: a third would only make all three later, and each takes its memory. */
const atOnce = 2;
/** How far the mark of the latest time may lag behind, so that the card is not written at every event. */
const markEveryMs = 10 * 60_000;

/**
 * The people of DIR/users.json. The file is looked at before every answer, so a change by `lantern users` counts at once.
 *
 * `check` costs one hash whatever it is given (a right, wrong or malformed code, with or without people) and compares with
 * every stored hash. Calls beyond two wait their turn in order and none is dropped: the hub bounds them, one per source.
 * It never rejects; a hash that could not be made is nobody's code, and shows in `trouble`.
 *
 * A file that becomes damaged or vanishes while the hub runs is told by `trouble` and what was last read stays in force. Damaged
 * from the start, there is nobody: no arming and no disarming, and personal alarms, which ask for no code, live on.
 *
 * A visitor counts until the end date. While the clock is not trusted, the last trusted time, kept in
 * DIR/latest-time, stands in when it is later: a hub that wakes up in the past does not let an old visitor in again.
 */
export function openCodes(dir: string, options: CodesOptions): Codes & { readonly trouble: () => string | null } {
  const unfinished = finishChange(dir);
  const hash = options.hash ?? hashCode;
  const latest = latestTime(dir, options);
  const turn = turns(atOnce);
  // For an attempt while nobody has a code: it costs what any other does.
  const nobody = { pepper: randomBytes(hashBytes), salt: randomBytes(16) };
  let stamp: string | null | undefined;
  let roll: Roll | null = null;
  let fileTrouble: string | null = null;
  let hashTrouble: string | null = null;

  const current = (): Roll | null => {
    const seen = stampOf(dir);
    // A pepper may come back without a change of users.json, so trouble is looked into every time.
    if (seen !== stamp || fileTrouble !== null) {
      stamp = seen;
      const read = readRoll(dir, options.credentialsDirectory, roll !== null);
      fileTrouble = read.trouble;
      if (read.trouble === null) roll = read.roll;
    }
    return roll;
  };

  return {
    enrolled: () => (current()?.users.people ?? []).some((person) => isCurrent(person, latest())),

    hasResident() {
      const people = current()?.users.people ?? [];
      return fileTrouble !== null || people.some((person) => person.role === 'resident' && isCurrent(person, latest()));
    },

    check: (code) =>
      turn(async () => {
        const now = current();
        const known = {
          pepper: now?.pepper ?? nobody.pepper,
          salt: now === null ? nobody.salt : Buffer.from(now.users.salt, 'hex'),
        };
        const wellFormed = /^[0-9]{5,12}$/.test(code);
        let hashed: Buffer;
        try {
          // What cannot be a code is hashed too, in a bounded form, and then matches nobody.
          hashed = await hash(wellFormed ? code : 'x', known.pepper, known.salt, now?.users.cost ?? usualCost);
          hashTrouble = null;
        } catch {
          hashTrouble = 'a code could not be checked: the machine is short of memory';
          return null;
        }
        // The locks were changed meanwhile: a code that was typed before is nobody's.
        if (current()?.users.era !== now?.users.era) return null;
        return match(now?.users.people ?? [], hashed, latest());
      }),

    person(id) {
      const found = current()?.users.people.find((person) => person.id === id);
      return found === undefined || !isCurrent(found, latest()) ? null : publicly(found);
    },

    era: () => current()?.users.era ?? '',

    trouble: () => {
      current();
      return fileTrouble ?? hashTrouble ?? unfinished;
    },
  };
}

function stampOf(dir: string): string | null {
  try {
    return usersStamp(dir);
  } catch {
    // The directory cannot even be searched; reading the file will say so.
    return 'unreadable';
  }
}

function readRoll(
  dir: string,
  credentialsDirectory: string | null,
  hadPeople: boolean,
): { readonly roll: Roll | null; readonly trouble: string | null } {
  const found = readUsers(dir);
  if (found.kind === 'damaged') return { roll: null, trouble: found.why };
  if (found.kind === 'missing') {
    return {
      roll: null,
      trouble: hadPeople ? `${usersPath(dir)} is gone; restore it, or restart the hub to do without` : null,
    };
  }
  const pepper = pepperOf(found.users, peppersAtHand(dir, credentialsDirectory));
  if (pepper !== null) return { roll: { users: found.users, pepper }, trouble: null };
  return { roll: null, trouble: found.users.people.length === 0 ? null : lostPepper(dir) };
}

const isCurrent = ({ until }: StoredPerson, now: number): boolean => until === null || now < Date.parse(until);

/** Compares with every stored hash, also after a match: how long it takes tells nothing. */
function match(
  people: readonly StoredPerson[],
  hashed: Buffer,
  now: number,
): { readonly person: Person; readonly duress: boolean } | null {
  let found: { readonly person: StoredPerson; readonly duress: boolean } | null = null;
  for (const person of people) {
    if (timingSafeEqual(Buffer.from(person.code, 'hex'), hashed)) found = { person, duress: false };
    if (timingSafeEqual(Buffer.from(person.duress, 'hex'), hashed)) found = { person, duress: true };
    if (timingSafeEqual(Buffer.from(person.posed, 'hex'), hashed)) found = { person, duress: true };
  }
  if (found === null || !isCurrent(found.person, now)) return null;
  return { person: publicly(found.person), duress: found.duress };
}

const publicly = ({ id, name, role }: StoredPerson): Person => ({ id: id as PersonId, name, role });

/** Runs at most so many works at a time, the others in the order they came. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: Array<() => void> = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place is handed on, so that a newcomer cannot slip in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** The time visitors are judged by. */
function latestTime(dir: string, { now, trusted }: CodesOptions): () => number {
  const path = join(dir, 'latest-time');
  let latest = readMark(path);
  let marked = latest;
  return () => {
    const wall = now();
    if (!trusted()) return Math.max(wall, latest);
    latest = wall;
    if (Math.abs(latest - marked) >= markEveryMs) {
      marked = latest;
      writeMark(path, latest);
    }
    return wall;
  };
}

function readMark(path: string): number {
  try {
    const at = Date.parse(readFileSync(path, 'utf8').trim());
    return Number.isNaN(at) ? 0 : at;
  } catch {
    return 0;
  }
}

/** Best effort: without it an untrusted clock is believed, as far as it goes. */
function writeMark(path: string, at: number): void {
  try {
    writeFileSync(path, `${new Date(at).toISOString()}\n`, { mode: 0o600 });
  } catch {
    // A full or dead disk is told by the journal, which writes all the time.
  }
}
