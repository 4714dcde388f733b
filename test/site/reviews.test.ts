import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { type WallTime, wallTime } from '../../src/base/time.ts';
import { nextReview, openReviews } from '../../src/site/reviews.ts';

const test = base.extend<{ dir: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the wanted fixtures from the pattern
  dir: async ({}, use) => {
    const dir = mkdtempSync(join(tmpdir(), 'lantern-reviews-'));
    await use(dir);
    rmSync(dir, { recursive: true, force: true });
  },
});

const at = (iso: string): WallTime => wallTime(Date.parse(iso));

describe('reviews are due three and six calendar months after the handover', () => {
  const handovers: readonly (readonly [handedOver: string, first: string, second: string])[] = [
    ['2026-11-21T20:29:00.123Z', '2027-02-21', '2027-05-21'],
    ['2026-11-30T10:00:00.000Z', '2027-02-28', '2027-05-30'], // February is shorter
    ['2027-11-30T10:00:00.000Z', '2028-02-29', '2028-05-30'], // and longer in a leap year
    ['2026-08-31T10:00:00.000Z', '2026-11-30', '2027-02-28'],
    ['2026-01-01T00:00:00.000Z', '2026-04-01', '2026-07-01'],
  ];
  for (const [handedOver, first, second] of handovers) {
    test(handedOver, ({ dir }) => {
      const file = openReviews(dir);
      const reviews = { handedOverAt: handedOver, due: [first, second], done: [] };
      expect(file.begin(at(handedOver))).toEqual({ ok: true, reviews });
      expect(openReviews(dir).read()).toEqual({ ok: true, reviews });
      expect(file.isDue(wallTime(at(first) - 1))).toBe(false);
      expect(file.isDue(at(first))).toBe(true);
    });
  }
});

test('a house that was not handed over has no reviews, and none is due', ({ dir }) => {
  const file = openReviews(dir);
  expect(file.read()).toEqual({ ok: true, reviews: null });
  expect(file.isDue(at('2099-01-01'))).toBe(false);
  expect(file.hold('2026-11-21', at('2026-11-21'))).toEqual({
    ok: false,
    why: expect.stringMatching(/not handed over/),
  });
  expect(readdirSync(dir)).toEqual([]);
});

test('a review that was held is due no more, and the next one is when its day comes', ({ dir }) => {
  const hub = openReviews(dir);
  const command = openReviews(dir);
  hub.begin(at('2026-11-21T20:29:00Z'));
  expect(hub.isDue(at('2027-02-25'))).toBe(true);
  const held = command.hold('2027-02-24', at('2027-02-25'));
  expect(held.ok && nextReview(held.reviews)).toBe('2027-05-21');
  expect(hub.isDue(at('2027-02-25'))).toBe(false); // seen without being told
  expect(hub.isDue(at('2027-05-21'))).toBe(true);
  const last = command.hold('2027-05-30', at('2027-05-30'));
  expect(last.ok && nextReview(last.reviews)).toBe(null);
  expect(hub.isDue(at('2099-01-01'))).toBe(false);
});

describe('a day that cannot be is refused, with the reason', () => {
  const days: readonly (readonly [day: string, says: RegExp])[] = [
    ['21/02/2027', /is not a day; write it like/],
    ['2027-02-30', /is not a day/],
    ['2026-11-20', /is before 2026-11-21/],
    ['2027-02-27', /is yet to come/],
  ];
  for (const [day, says] of days) {
    test(day, ({ dir }) => {
      const file = openReviews(dir);
      file.begin(at('2026-11-21T20:29:00Z'));
      const before = readFileSync(join(dir, 'reviews.json'));
      expect(file.hold(day, at('2027-02-25'))).toEqual({ ok: false, why: expect.stringMatching(says) });
      expect(readFileSync(join(dir, 'reviews.json'))).toEqual(before);
    });
  }
  test('a third one', ({ dir }) => {
    const file = openReviews(dir);
    file.begin(at('2026-11-21T20:29:00Z'));
    for (const day of ['2027-02-21', '2027-05-21']) file.hold(day, at('2027-06-01'));
    expect(file.hold('2027-05-22', at('2027-06-01'))).toMatchObject({ ok: false });
  });
});

describe('a file that cannot be used is said to be so, and raises nothing', () => {
  for (const text of [
    '',
    'null',
    '{"handedOverAt":"soon"}',
    '{"handedOverAt":"2026-11-21T20:29:00.123Z","due":["x"],"done":[]}',
  ]) {
    test(JSON.stringify(text), ({ dir }) => {
      writeFileSync(join(dir, 'reviews.json'), text);
      const file = openReviews(dir);
      expect(file.read()).toEqual({ ok: false, why: expect.stringMatching(/is damaged; move it away/) });
      expect(file.isDue(at('2099-01-01'))).toBe(false);
      expect(file.hold('2026-11-21', at('2026-11-21'))).toMatchObject({ ok: false });
    });
  }
});

test('the file is whole or as it was, for its owner alone, and nothing is left beside it', ({ dir }) => {
  const file = openReviews(dir);
  writeFileSync(join(dir, 'reviews.json.new'), 'left by a cut', { mode: 0o644 });
  file.begin(at('2026-11-21T20:29:00Z'));
  expect(readdirSync(dir)).toEqual(['reviews.json']);
  expect(statSync(join(dir, 'reviews.json')).mode & 0o777).toBe(0o600);
});
