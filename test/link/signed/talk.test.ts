import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSame, signAnswer, signCommands, signRequest } from '../../../src/link/signed/signature.ts';
import { type Carried, createTalk, type Envelope, type RawAnswer } from '../../../src/link/signed/talk.ts';
import { createFakeClock } from '../../hub/fakes.ts';
import { recordStationDoor } from '../door.ts';
import { reportOf } from '../station-contract.ts';

const SECRET = 'shared';

function talkOver(carry: (envelope: Envelope) => Carried) {
  const clock = createFakeClock();
  const door = recordStationDoor();
  const talk = createTalk({
    id: 'desk',
    hub: 'h',
    secret: SECRET,
    everySeconds: 30,
    path: 'test',
    clock,
    door,
    carry: (one) => Promise.resolve(carry(one)),
  });
  return { clock, door, talk };
}
const answered = (answer: RawAnswer): Carried => ({ outcome: 'answered', answer });

describe('signatures', () => {
  const mac = (text: string): string => `v1=${createHmac('sha256', SECRET).update(text).digest('hex')}`;
  const table: readonly (readonly [name: string, got: string, want: string])[] = [
    ['a request', signRequest(SECRET, 'T', 'B'), mac('lantern-request-v1\nT\nB')],
    ['an answer', signAnswer(SECRET, 'T', 'S', 'B'), mac('lantern-answer-v1\nT\nS\nB')],
    ['commands', signCommands(SECRET, 'T', 'B'), mac('lantern-commands-v1\nT\nB')],
  ];
  for (const [name, got, want] of table) it(name, () => expect(got).toBe(want));
  it('differ in every part', () => {
    const all = [
      signRequest(SECRET, 'T', 'B'),
      signRequest('other', 'T', 'B'),
      signRequest(SECRET, 'U', 'B'),
      signRequest(SECRET, 'T', 'C'),
      signCommands(SECRET, 'T', 'B'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
  it('of another length are no match', () => expect(isSame('v1=', signRequest(SECRET, 'T', 'B'))).toBe(false));
});

describe('whatever comes back', () => {
  const field = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.constant(new Date(0).toISOString()),
    fc.constant(`v1=${'0'.repeat(64)}`),
  );

  it('without the secret nothing is proof, and no command is taken', async () => {
    await fc.assert(
      fc.asyncProperty(field, field, fc.oneof(fc.string(), fc.json()), async (time, signature, body) => {
        const { talk, door } = talkOver(() => answered({ time, signature, body, remark: '' }));
        expect((await talk.report(reportOf('r1'), {})).outcome).toBe('unanswered');
        expect((await talk.life({ waiting: 0, answers: [] })).outcome).toBe('silent');
        talk.commanded(time ?? '', signature ?? '', body);
        expect(door.lines.filter((line) => !line.startsWith('refused'))).toEqual([]);
      }),
    );
  });

  it('rightly signed nonsense is no proof either', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => {
        const { talk, door } = talkOver(({ signature }) => {
          const time = new Date(0).toISOString();
          return answered({ time, signature: signAnswer(SECRET, time, signature, body), body, remark: '' });
        });
        const result = await talk.report(reportOf('r1'), {});
        expect(result.outcome).toBe('unanswered');
        expect(door.lines).toEqual([]);
      }),
    );
  });

  it('any list of commands, rightly signed, harms nothing', async () => {
    const some = fc.array(
      fc.oneof(
        fc.anything(),
        fc.record({
          id: fc.string(),
          order: fc.string(),
          alarm: fc.string(),
          by: fc.string(),
          note: fc.option(fc.string()),
        }),
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(some, async (commands) => {
        const { talk, clock, door } = talkOver(() => ({ outcome: 'unanswered', why: '' }));
        const time = new Date(clock.wall()).toISOString();
        const body = JSON.stringify({ commands }, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
        talk.commanded(time, signCommands(SECRET, time, body), body);
        expect(door.lines.length).toBeLessThanOrEqual(33);
      }),
    );
  });
});

it('more than a few at once are refused in words', async () => {
  const clock = createFakeClock();
  const talk = createTalk({
    id: 'desk',
    hub: 'h',
    secret: SECRET,
    everySeconds: 30,
    path: 'test',
    clock,
    door: recordStationDoor(),
    carry: () => new Promise(() => {}),
  });
  const all = Array.from({ length: 9 }, (_, index) => talk.report(reportOf(`r${index}`), {}));
  expect(await all.at(-1)).toEqual({ outcome: 'unanswered', why: 'too many messages wait already' });
  talk.close();
  expect(await all[0]).toEqual({ outcome: 'unanswered', why: 'the hub stops' });
});

it('a service that is ahead of an untrusted clock may still command', () => {
  const { talk, clock, door } = talkOver(() => ({ outcome: 'unanswered', why: '' }));
  clock.trust('untrusted');
  const time = new Date(clock.wall() + 86_400_000).toISOString();
  const body = JSON.stringify({ commands: [{ id: 'c1', order: 'close', alarm: 'a1', by: 'op 7', note: null }] });
  talk.commanded(time, signCommands(SECRET, time, body), body);
  expect(door.lines).toEqual(['c1 close a1 by op 7']);
});
