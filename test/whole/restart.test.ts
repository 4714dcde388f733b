import { describe, expect } from 'vitest';
import type { Act } from '../link/texts/twilio-standin.ts';
import type { Attributes, Ear } from './ear.ts';
import { again, settle, story } from './house.ts';
import { CODE, DURESS, FRIEND, LONG, SHORT, SISTER, WRONG } from './house-config.ts';
import { leaks } from './secrets.ts';

// The process is killed where it stands, and starts again on what is on the disk.

interface Phase {
  readonly name: string;
  readonly modes?: object;
  readonly siren?: object;
  /** Brings the house into the phase. */
  readonly deed: (ear: Ear) => Promise<unknown>;
  /** What the panel shows before the kill, and again after it. */
  readonly state: string;
  readonly told: 'on' | 'off';
  /** Holds after the start. */
  readonly holds?: (now: Attributes, before: Attributes) => void;
  /** What comes after that by itself. */
  readonly after?: (ear: Ear) => Promise<unknown>;
}

const arm = async (ear: Ear, mode: 'AWAY' | 'HOME' | 'NIGHT'): Promise<void> => {
  expect(await ear.order({ action: `ARM_${mode}`, code: CODE })).toMatchObject({ ok: true });
};
const open = (ear: Ear, door: string): Promise<void> => ear.device(door, { contact: false });

const instantly = { away: { exitDelay: '0s', entryDelay: LONG } };

/** The hub's own time line goes on; what is shown of it may be rounded anew. */
const sameMoment = (now: string | null, before: string | null): void => {
  expect(before).not.toBeNull();
  expect(Math.abs(Date.parse(now ?? '') - Date.parse(before ?? ''))).toBeLessThan(1500);
};

const phases: readonly Phase[] = [
  { name: 'disarmed', deed: async () => {}, state: 'disarmed', told: 'off' },
  {
    name: 'arming: the exit delay goes on where it was',
    deed: (ear) => arm(ear, 'AWAY'),
    state: 'arming',
    told: 'off',
    holds: (now, before) => sameMoment(now.delayEndsAt, before.delayEndsAt),
  },
  {
    name: 'arming: an exit delay that ended meanwhile has ended',
    modes: { night: { exitDelay: SHORT, entryDelay: SHORT } },
    deed: (ear) => arm(ear, 'NIGHT'),
    state: 'arming',
    told: 'off',
    after: (ear) => ear.untilState('armed_night'),
  },
  { name: 'armed_away', modes: instantly, deed: (ear) => arm(ear, 'AWAY'), state: 'armed_away', told: 'off' },
  { name: 'armed_home', deed: (ear) => arm(ear, 'HOME'), state: 'armed_home', told: 'off' },
  {
    name: 'armed_night',
    deed: async (ear) => {
      await arm(ear, 'NIGHT');
      await ear.untilState('armed_night');
    },
    state: 'armed_night',
    told: 'off',
  },
  {
    name: 'pending: the entry delay goes on where it was',
    deed: async (ear) => {
      await arm(ear, 'HOME');
      await open(ear, 'front-door');
    },
    state: 'pending',
    told: 'off',
    holds: (now, before) => sameMoment(now.delayEndsAt, before.delayEndsAt),
  },
  {
    name: 'pending: a restored countdown ends in an alarm',
    modes: { home: { exitDelay: '0s', entryDelay: '2s' } },
    deed: async (ear) => {
      await arm(ear, 'HOME');
      await open(ear, 'front-door');
    },
    state: 'pending',
    told: 'off',
    after: async (ear) => {
      await ear.untilState('triggered');
      await ear.untilSirenTold('on');
    },
  },
  {
    name: 'triggered: the siren is told again, and the alarm is the same',
    deed: async (ear) => {
      await arm(ear, 'HOME');
      await open(ear, 'back-window');
    },
    state: 'triggered',
    told: 'on',
    holds: (now, before) => {
      expect(before.alarm?.zones).toEqual(['back-window']);
      expect([now.alarm?.id, now.alarm?.kind, now.alarm?.zones]).toEqual(['a1', 'intruder', ['back-window']]);
      expect(now.mode).toBe('home');
    },
  },
  {
    name: 'triggered: the siren time goes on where it was',
    // Time goes on while the hub is down, and a busy machine takes some to start it.
    siren: { duration: '8s', trips: 3 },
    deed: async (ear) => {
      await arm(ear, 'HOME');
      await open(ear, 'back-window');
    },
    state: 'triggered',
    told: 'on',
    after: async (ear) => {
      await ear.untilState('armed_home');
      await ear.untilSirenTold('off');
    },
  },
  {
    name: 'an alarm in the exit delay',
    deed: async (ear) => {
      await arm(ear, 'AWAY');
      await open(ear, 'back-window');
    },
    state: 'triggered',
    told: 'on',
    holds: (now) => expect(now.mode).toBe('away'),
  },
  {
    name: 'after the siren time: the alarm is remembered, and what stood open stays out by name',
    siren: { duration: '1s', trips: 3 },
    deed: async (ear) => {
      await arm(ear, 'HOME');
      await open(ear, 'back-window');
      await ear.untilState('triggered');
      await ear.untilState('armed_home');
    },
    state: 'armed_home',
    told: 'off',
    holds: (now, before) => {
      sameMoment(now.alarm?.since ?? null, before.alarm?.since ?? null);
      expect([now.alarm?.id, now.alarm?.zones]).toEqual(['a1', ['back-window']]);
      expect(now.bypassedZones).toEqual(['back-window']);
    },
  },
  {
    name: 'an alarm while disarmed: a personal one that may be heard',
    deed: (ear) => ear.device('loud-panic', { action: 'single' }),
    state: 'triggered',
    told: 'on',
    holds: (now) => expect([now.mode, now.alarm?.kind]).toEqual([null, 'personal']),
  },
  {
    name: 'a zone left out by name stays out',
    deed: async (ear) => {
      await open(ear, 'back-window');
      await ear.order({ action: 'ARM_HOME', code: CODE, bypass: ['back-window'] });
    },
    state: 'armed_home',
    told: 'off',
    holds: (now) => expect(now.bypassedZones).toEqual(['back-window']),
  },
  {
    name: 'a fault of a device',
    deed: async (ear) => {
      await ear.device('gate', { contact: true, battery: 3 });
      await ear.untilEvent('fault');
    },
    state: 'disarmed',
    told: 'off',
    holds: (now) => expect(now.faults).toEqual(['battery_low:gate']),
  },
];

describe.concurrent('killed in every phase', () => {
  for (const { name, modes, siren, deed, state, told, holds, after } of phases) {
    story(name, async ({ house }) => {
      const panel = {
        modes: {
          away: { exitDelay: LONG, entryDelay: LONG },
          home: { exitDelay: '0s', entryDelay: LONG },
          night: { exitDelay: SHORT, entryDelay: SHORT },
          ...modes,
        },
        siren: siren ?? { duration: '10m', trips: 3 },
      };
      house.configure({ panel });
      const first = await house.start();
      await settle(first.ear);
      await deed(first.ear);
      await first.ear.untilState(state);
      const before = first.ear.attributes();
      const { run, ear } = await again(house, first);
      // The very first word: a retained topic was true before anyone could ask.
      const words = ear.heard.filter(({ topic }) => topic === 'lantern/whole/panel/state');
      expect(words[0]).toMatchObject({ retained: true });
      if (after === undefined) expect(words[0]?.payload).toBe(state);
      await ear.untilSirenTold(told);
      if (after === undefined) expect(ear.latest('lantern/whole/outputs/siren')).toBe(told);
      holds?.(ear.attributes(), before);
      await after?.(ear);
      expect(house.verify()).toBe('ok');
      expect(leaks(house, first.run, run)).toEqual([]);
    });
  }
});

describe.concurrent('killed with something that may not be seen', () => {
  story('a lockout holds', async ({ house }) => {
    const first = await house.start();
    for (let guess = 0; guess < 3; guess += 1) {
      expect(await first.ear.order({ action: 'DISARM', code: WRONG })).toMatchObject({ ok: false, error: 'bad_code' });
    }
    expect(await first.ear.order({ action: 'ARM_HOME', code: CODE })).toMatchObject({ error: 'locked_out' });
    const { run, ear } = await again(house, first);
    expect(await ear.order({ action: 'ARM_HOME', code: CODE })).toMatchObject({ ok: false, error: 'locked_out' });
    expect(leaks(house, first.run, run)).toEqual([]);
  });

  story('an id that was used is refused', async ({ house }) => {
    const first = await house.start();
    expect(await first.ear.order({ action: 'ARM_HOME', code: CODE, id: 'once' })).toMatchObject({ ok: true });
    const { ear } = await again(house, first);
    expect(await ear.order({ action: 'DISARM', code: CODE, id: 'once' })).toMatchObject({ error: 'bad_request' });
    expect(ear.state()).toBe('armed_home');
  });

  const calls: readonly [string, (ear: Ear) => Promise<unknown>][] = [
    ['a silent press', (ear) => ear.device('panic', { action: 'single' })],
    ['a silent PANIC', (ear) => ear.order({ action: 'PANIC' })],
    ['a duress code', (ear) => ear.order({ action: 'DISARM', code: DURESS })],
  ];
  for (const [name, call] of calls) {
    story(`${name}: nothing shows after the start, and the friend is told once`, async ({ house }) => {
      const far = await house.twilio();
      const first = await house.start();
      await settle(first.ear);
      await call(first.ear);
      await far.until(() => far.sent.length === 1);
      const { run, ear } = await again(house, first);
      expect([ear.state(), ear.attributes().alarm, ear.attributes().faults]).toEqual(['disarmed', null, []]);
      // A later, ordinary alarm shows that texts flow, and that the first was not sent again.
      await ear.order({ action: 'ARM_HOME', code: CODE });
      await open(ear, 'back-window');
      await far.until(() => far.sent.some(({ to }) => to === SISTER));
      expect(far.sent.map(({ to }) => to)).toEqual([FRIEND, SISTER]);
      expect(house.verify()).toBe('ok');
      expect(leaks(house, first.run, run)).toEqual([]);
      const said = [...house.files()].filter(([file]) => file !== 'accepted.json' && file !== 'users.json');
      expect(said.filter(([, text]) => /personal|duress|friend/.test(text)).map(([file]) => file)).toEqual([]);
    });
  }

  story('a silent call that is still open ends by the resident’s code, after the start', async ({ house }) => {
    const far = await house.twilio();
    const first = await house.start();
    await first.ear.device('panic', { action: 'single' });
    await far.until(() => far.sent.length === 1);
    const { ear } = await again(house, first);
    expect(await ear.order({ action: 'DISARM', code: CODE })).toMatchObject({ ok: true });
    // The next press is then a new call, at once and not after half a minute, with a text of its own.
    await ear.device('panic', { action: 'single' });
    await far.until(() => far.sent.length === 2);
    expect(far.sent.map(({ to }) => to)).toEqual([FRIEND, FRIEND]);
  });
});

describe.concurrent('killed with a text on its way', () => {
  const fates: readonly [string, Act | null, string][] = [
    ['taken, and never answered', { do: 'hang' }, 'taken'],
    ['taken, and the answer lost', { do: 'reset-after' }, 'taken'],
    ['taken, and the answer not to be read', { do: 'garbage', body: '<html>' }, 'taken'],
    ['lost before it was taken', { do: 'reset-before' }, 'not taken'],
    ['put off by the far end', { do: 'refuse', status: 503, code: 20503 }, 'not taken'],
    ['answered', null, 'taken'],
  ];
  for (const [name, act, fate] of fates) {
    story(`${name}: exactly one text arrives`, async ({ house }) => {
      const far = await house.twilio();
      if (act !== null) far.script('send', act);
      const first = await house.start();
      await settle(first.ear);
      await arm(first.ear, 'HOME');
      await open(first.ear, 'back-window');
      await far.until(() => far.exchanges.some(({ operation }) => operation === 'send'));
      expect(far.sent).toHaveLength(fate === 'taken' ? 1 : 0);
      const { run, ear } = await again(house, first);
      await far.until(() => far.sent.length === 1);
      expect(far.sent[0]?.to).toBe(SISTER);
      // The friend's text comes after whatever was to be settled of the sister's.
      await ear.order({ action: 'PANIC' });
      await far.until(() => far.sent.some(({ to }) => to === FRIEND));
      await ear.untilEvent('text-delivered');
      expect(far.sent.map(({ to }) => to)).toEqual([SISTER, FRIEND]);
      expect(house.verify()).toBe('ok');
      expect(leaks(house, first.run, run)).toEqual([]);
    });
  }

  const moments: readonly [string, (ear: Ear) => Promise<void>][] = [
    ['the siren is told', (ear) => ear.untilSirenTold('on')],
    ['the alarm is shown', (ear) => ear.untilState('triggered')],
    ['the alarm is in the log', async (ear) => void (await ear.untilEvent('alarm-raised'))],
  ];
  for (const [name, moment] of moments) {
    story(`killed at the moment ${name}: one alarm, one text`, async ({ house }) => {
      const far = await house.twilio();
      const first = await house.start();
      await settle(first.ear);
      await arm(first.ear, 'HOME');
      await open(first.ear, 'back-window');
      await moment(first.ear);
      const { ear } = await again(house, first);
      // The sensor still says what it said.
      await open(ear, 'back-window');
      await ear.untilState('triggered');
      await ear.untilSirenTold('on');
      await far.until(() => far.sent.length === 1);
      await ear.untilEvent('text-delivered');
      expect(ear.attributes().alarm?.id).toBe('a1');
      expect(far.sent.map(({ to }) => to)).toEqual([SISTER]);
      expect(house.verify()).toBe('ok');
    });
  }

  story('killed in a flood: the chain holds, and no seq is missing', async ({ house }) => {
    const first = await house.start();
    await settle(first.ear);
    await arm(first.ear, 'HOME');
    for (let i = 0; i < 200; i += 1) void first.ear.device('gate', { contact: i % 2 === 0 });
    await first.ear.until('some of it', () => first.ear.events().length > 20);
    const { ear } = await again(house, first);
    await ear.device('leak', { water_leak: true });
    await ear.untilEvent('fault');
    expect(house.verify()).toBe('ok');
    const { stdout } = await house.lantern(['log', '--format', 'jsonl']);
    const seqs = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).seq]));
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    // Whoever listened heard no row that the log does not hold.
    const rows = new Set(stdout.split('\n'));
    expect(first.ear.events().filter((event) => !rows.has(JSON.stringify(event)))).toEqual([]);
  });
});

describe('how soon', () => {
  story('the siren is told again and the panel true within 2 s of the start', async ({ house }) => {
    const first = await house.start();
    await settle(first.ear);
    await arm(first.ear, 'HOME');
    await open(first.ear, 'back-window');
    await first.ear.untilState('triggered');
    // Others use this machine too: the best of five starts counts.
    let hub = first;
    let best = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 5 && best > 2000; tries += 1) {
      hub = await again(house, hub);
      await hub.ear.untilState('triggered');
      await hub.ear.untilSirenTold('on');
      best = Math.min(best, performance.now() - hub.run.startedAt);
    }
    expect(best).toBeLessThan(2000);
  });
});
