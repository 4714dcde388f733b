import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { WallTime } from '../base/time.ts';
import { readSource } from './source.ts';
import { replaceSynced } from './synced.ts';

/** Calendar months after the handover: the practice of UK councils for homes they have secured. */
const REVIEW_MONTHS = [3, 6] as const;
const DAY_MS = 86_400_000;

const Day = z.iso.date();

const StoredReviews = z.strictObject({
  handedOverAt: z.iso.datetime({ precision: 3 }),
  due: z.array(Day).check(z.maxLength(10)),
  done: z.array(Day).check(z.maxLength(10)),
});

/** When this house was handed over, and its reviews: days in UTC, as `2026-11-21`. `done[0]` is the one `due[0]` was for. */
export interface HouseReviews {
  /** ISO 8601 in UTC. */
  readonly handedOverAt: string;
  readonly due: readonly string[];
  readonly done: readonly string[];
}

/** `reviews` null: not handed over yet. `why` is one sentence with a remedy. */
export type ReviewsFound =
  | { readonly ok: true; readonly reviews: HouseReviews | null }
  | { readonly ok: false; readonly why: string };

export type ReviewsWritten =
  | { readonly ok: true; readonly reviews: HouseReviews }
  | { readonly ok: false; readonly why: string };

/** DIR/reviews.json. Nothing here throws. */
export interface ReviewsFile {
  read(): ReviewsFound;
  /** At a handover: the reviews start anew from this moment. */
  begin(handedOver: WallTime): ReviewsWritten;
  /** Notes that the next review was held on this day (`2026-11-21`). */
  hold(day: string, now: WallTime): ReviewsWritten;
  /** Is a review due that nobody has noted as held? False for a house not handed over, or where the file cannot be read. */
  isDue(now: WallTime): boolean;
}

const dayOf = (wallMs: number): string => new Date(wallMs).toISOString().slice(0, 10);

/** Months later on the same day of the month, or on its last where the month is shorter. */
function monthsLater(from: WallTime, months: number): string {
  const start = new Date(from);
  const first = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months, 1));
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return dayOf(first.getTime() + (Math.min(start.getUTCDate(), days) - 1) * DAY_MS);
}

/** When a house that is handed over at this moment is looked at again. */
export const reviewDays = (handedOver: WallTime): readonly string[] =>
  REVIEW_MONTHS.map((months) => monthsLater(handedOver, months));

/** The next review that was not held yet; null when there is none left. */
export const nextReview = ({ due, done }: HouseReviews): string | null => due[done.length] ?? null;

/** Reads and writes when the reviews of a house are due. The file is looked at anew whenever it has changed. */
export function openReviews(dir: string): ReviewsFile {
  const path = join(dir, 'reviews.json');
  let known: { readonly stamp: string; readonly found: ReviewsFound } | null = null;

  const read = (): ReviewsFound => {
    try {
      const at = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (at === undefined) return { ok: true, reviews: null };
      const stamp = `${at.ino}:${at.size}:${at.mtimeNs}:${at.ctimeNs}`;
      if (known?.stamp !== stamp) known = { stamp, found: readReviews(path) };
      return known.found;
    } catch (error) {
      return { ok: false, why: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
    }
  };

  const write = (reviews: HouseReviews): ReviewsWritten => {
    try {
      replaceSynced(path, `${JSON.stringify(reviews)}\n`);
      return { ok: true, reviews };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, why: `${path} cannot be written: ${why}` };
    }
  };

  return {
    read,
    begin: (handedOver) =>
      write({
        handedOverAt: new Date(handedOver).toISOString(),
        due: reviewDays(handedOver),
        done: [],
      }),
    hold(day, now) {
      const found = read();
      if (!found.ok) return found;
      const { reviews } = found;
      if (reviews === null) return { ok: false, why: 'this house was not handed over yet, so it has no reviews' };
      const why = whyNotHeld(reviews, day, now);
      return why === null ? write({ ...reviews, done: [...reviews.done, day] }) : { ok: false, why };
    },
    isDue(now) {
      const found = read();
      const next = found.ok && found.reviews !== null ? nextReview(found.reviews) : null;
      return next !== null && next <= dayOf(now);
    },
  };
}

function readReviews(path: string): ReviewsFound {
  const source = readSource(path);
  if (!source.ok) return source.absent ? { ok: true, reviews: null } : { ok: false, why: `${path}: ${source.why}` };
  try {
    const parsed = StoredReviews.safeParse(JSON.parse(source.text));
    if (parsed.success) return { ok: true, reviews: parsed.data };
  } catch {
    // Not JSON: damaged like any other.
  }
  return { ok: false, why: `${path} is damaged; move it away, and note the reviews of this house elsewhere` };
}

function whyNotHeld(reviews: HouseReviews, day: string, now: WallTime): string | null {
  if (!Day.safeParse(day).success) return `"${day}" is not a day; write it like 2026-11-21`;
  if (nextReview(reviews) === null) return 'every review of this house has been held';
  const after = reviews.done.at(-1) ?? reviews.handedOverAt.slice(0, 10);
  if (day < after) return `${day} is before ${after}, when the last one was held or the house was handed over`;
  // A day ahead of UTC is today already in some places.
  return day > dayOf(now + DAY_MS) ? `${day} is yet to come; note a review when it has been held` : null;
}
