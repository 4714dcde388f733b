import { describe, expect, it } from 'vitest';
import type { CliDeps } from '../../src/cli/deps.ts';
import { fakeDeps, lantern } from './fakes.ts';

const handedOverAt = '2026-11-21T20:29:00.123Z';
const due = ['2027-02-21', '2027-05-21'];

function depsWith(over: Partial<CliDeps['reviews']>): CliDeps {
  const deps = fakeDeps();
  return { ...deps, reviews: { ...deps.reviews, ...over } };
}

describe('lantern reviews', () => {
  const once = depsWith({
    list: () => ({ ok: true, reviews: { handedOverAt, due, done: ['2027-02-24'], next: '2027-05-21' } }),
    hold: (_dir, day) => ({ ok: true, next: day === '2027-05-21' ? null : '2027-05-21' }),
  });
  it('lists what is due and what was held', async () => {
    expect(await lantern(['reviews', '--data', 'd'], { deps: once })).toEqual({
      status: 0,
      err: '',
      out: 'handed over 2026-11-21\ndue 2027-02-21  held 2027-02-24\ndue 2027-05-21  open\n',
    });
  });
  it('--json', async () => {
    const ran = await lantern(['reviews', '--data', 'd', '--json'], { deps: once });
    expect(JSON.parse(ran.out)).toEqual({ handedOverAt, due, done: ['2027-02-24'], next: '2027-05-21' });
  });
  it('says of a house that was not handed over that it was not', async () => {
    expect(await lantern(['reviews', '--data', 'd'])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^this house was not handed over yet;[^\n]+\n$/),
    });
  });
  it('done says which comes next', async () => {
    const done = (day: string) => lantern(['reviews', 'done', '--data', 'd', '--on', day], { deps: once });
    expect(await done('2027-02-24')).toMatchObject({ status: 0, out: 'noted; the next one is due on 2027-05-21\n' });
    expect(await done('2027-05-21')).toMatchObject({ status: 0, out: 'noted; it was the last one\n' });
  });
  it('what cannot be is one line', async () => {
    expect(await lantern(['reviews', 'done', '--data', 'd', '--on', '2027-02-24'])).toEqual({
      status: 1,
      out: '',
      err: 'lantern: this house was not handed over yet\n',
    });
  });
});
