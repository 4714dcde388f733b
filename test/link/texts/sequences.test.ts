import { afterEach, describe, expect, it } from 'vitest';
import { createTwilio } from '../../../src/link/texts/twilio.ts';
import { createFakeClock, type FakeClock } from '../../hub/fakes.ts';
import { settledWorld, type World } from '../../hub/world.ts';
import { createFakePath, type FakePath } from './fake-path.ts';
import { type Act, startTwilioStandIn, type TwilioStandIn } from './twilio-standin.ts';

// The whole hub, Twilio's real client and a stand-in that goes through whole sequences of trouble, with a second path beside it.

const FROM = '+447700900001';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Bench {
  readonly far: TwilioStandIn;
  readonly modem: FakePath;
  readonly world: World;
  readonly clock: FakeClock;
  /** Lets the clock of the hub pass in steps until it is so; what goes over the socket takes its own time meanwhile. */
  until(what: () => boolean): Promise<void>;
}

async function bench(acts: Partial<Record<'send' | 'status', readonly Act[]>>): Promise<Bench> {
  const far = await startTwilioStandIn({ from: FROM });
  closing.push(() => far.close());
  for (const operation of ['send', 'status'] as const) far.script(operation, ...(acts[operation] ?? []));
  const clock = createFakeClock();
  const { accountSid, authToken, url } = far;
  const modem = createFakePath(clock.wall, 'modem');
  const twilio = createTwilio({ accountSid, authToken, from: FROM, apiBase: url });
  const world = await settledWorld({ clock, texts: [twilio, modem] });
  return {
    far,
    modem,
    world,
    clock,
    async until(what) {
      while (!what()) {
        await new Promise((done) => setTimeout(done, 5));
        await world.pass(0.1);
      }
    },
  };
}

const rows = ({ world }: Bench): readonly string[] =>
  world.journal.rows.map(({ type, data }) => `${type} ${data['path'] ?? ''}`.trim());

describe('an ordinary alarm, Twilio in trouble', () => {
  const stories: readonly (readonly [
    string,
    Partial<Record<'send' | 'status', readonly Act[]>>,
    readonly string[],
    'modem' | 'twilio',
  ])[] = [
    [
      '429 with a time to come back',
      { send: [{ do: 'refuse', status: 429, code: 20429, retryAfter: '30' }] },
      ['text-delayed twilio', 'text-accepted modem'],
      'modem',
    ],
    [
      '500',
      { send: [{ do: 'refuse', status: 500, code: 20500 }] },
      ['text-unknown twilio', 'text-accepted modem'],
      'modem',
    ],
    [
      'a reset after the body: it is found, and not sent again',
      { send: [{ do: 'reset-after' }] },
      ['text-unknown twilio', 'text-accepted twilio'],
      'twilio',
    ],
    [
      'queued for ever',
      { send: [{ do: 'take', statuses: ['queued'] }] },
      ['text-accepted twilio', 'text-unconfirmed twilio', 'text-accepted modem'],
      'modem',
    ],
    [
      'undelivered 30003',
      { send: [{ do: 'take', statuses: ['queued', 'undelivered'], errorCode: 30003 }] },
      ['text-accepted twilio', 'text-failed twilio', 'text-accepted modem'],
      'modem',
    ],
  ];
  for (const [name, acts, expected, by] of stories) {
    it(`${name}: brought by ${by}`, async () => {
      const one = await bench(acts);
      one.world.says('loud-panic', { battery: 50 });
      one.world.says('smoke', { smoke: true });
      const [last = ''] = expected.slice(-1);
      await one.until(() => rows(one).some((row) => row.startsWith(last)));
      const mine = rows(one).filter((row) => /^text-(delayed|unknown|accepted|unconfirmed|failed)/.test(row));
      expect(mine).toHaveLength(expected.length);
      for (const [at, row] of expected.entries()) expect(mine[at]).toContain(row);
      expect(one.modem.sent.length).toBe(by === 'modem' ? 1 : 0);
      expect(one.far.sent.length).toBe(/^(429|500)/.test(name) ? 0 : 1);
    });
  }
});
