import { describe, expect, it } from 'vitest';
import { dayNumber, dayOf, workingDaysAfter } from '../../src/provision/days.ts';
import { deadlineIs, deadlineOf } from '../../src/provision/deadline.ts';
import { propose } from '../../src/provision/propose.ts';
import { PROPERTIES, RISKS, URGENCIES } from '../../src/provision/referral.ts';
import { referral } from './bench.ts';

describe('days are counted as the calendar does', () => {
  it('every day of four hundred years, there and back', () => {
    const first = Date.UTC(1970, 0, 1);
    for (let number = -1000; number < 146_097; number += 1) {
      const day = new Date(first + number * 86_400_000).toISOString().slice(0, 10);
      if (dayNumber(day) !== number || dayOf(number) !== day) throw new Error(`${day} is not ${number}`);
    }
  });
  for (const [text, number] of [
    ['2026-02-29', null],
    ['2028-02-29', 21_243],
    ['2026-13-01', null],
    ['2026-00-10', null],
    ['2026-11-31', null],
    ['2026-11-21T14:30', 20_778],
    ['21.11.2026', null],
    ['2026-11-21 14:30', null],
    ['', null],
  ] as const) {
    it(`"${text}": ${number}`, () => {
      expect(dayNumber(text)).toBe(number);
    });
  }
  it('a working day after a Friday is a Monday', () => {
    expect(dayOf(workingDaysAfter(dayNumber('2026-11-20') ?? 0, 1))).toBe('2026-11-23');
  });
});

describe('the last day for a fitting', () => {
  // 21 November 2026 is a Saturday, the 23rd a Monday.
  for (const [received, urgency, risk, day] of [
    ['2026-11-21', 'immediate', 'low', '2026-11-21'],
    ['2026-11-21', 'immediate', 'high', '2026-11-21'],
    ['2026-11-21T23:50', 'immediate', 'high', '2026-11-21'],
    ['2026-11-23', '2-3 days', 'low', '2026-11-26'],
    ['2026-11-23', '2-3 days', 'medium', '2026-11-26'],
    ['2026-11-23', '2-3 days', 'high', '2026-11-25'],
    ['2026-11-20', '2-3 days', 'high', '2026-11-23'],
    ['2026-11-20', '2-3 days', 'low', '2026-11-23'],
    ['2026-11-23', '4-7 days', 'low', '2026-11-30'],
    ['2026-11-23', '4-7 days', 'high', '2026-11-25'],
    ['2026-11-20', '4-7 days', 'high', '2026-11-24'],
    ['2026-12-29', '4-7 days', 'medium', '2027-01-05'],
  ] as const) {
    it(`${received}, ${urgency}, ${risk}: ${day}`, () => {
      expect(deadlineOf({ received, urgency, risk }).day).toBe(day);
    });
  }
  for (const [today, is] of [
    ['2026-11-20', 'ahead'],
    ['2026-11-21', 'today'],
    ['2026-11-22', 'overdue'],
  ] as const) {
    it(`due on the 21st, on the ${today}: ${is}`, () => {
      expect(deadlineIs({ day: '2026-11-21', rule: '' }, today)).toBe(is);
    });
  }
});

describe('what is proposed', () => {
  const all = PROPERTIES.flatMap((kind) =>
    RISKS.flatMap((risk) => URGENCIES.map((urgency) => [kind, risk, urgency] as const)),
  );

  for (const [kind, risk, urgency] of all) {
    it(`${kind}, ${risk}, ${urgency}: a personal alarm, an entry, smoke, and a reason for each`, () => {
      const { zones, outputs, items, order } = propose(
        referral({ risk, urgency, property: { kind, doors: null, windows: null } }),
      );
      expect(zones.map(({ type }) => type)).toEqual(expect.arrayContaining(['panic', 'entry', 'fire']));
      expect(new Set(zones.map(({ id }) => id)).size).toBe(zones.length);
      expect([...zones, ...outputs, ...items].filter(({ why }) => why.length < 10)).toEqual([]);
      expect(order.length).toBeGreaterThan(3);
    });
  }

  const types = (over: Parameters<typeof referral>[0]): readonly string[] =>
    propose(referral(over)).zones.map(({ type }) => type);
  const items = (over: Parameters<typeof referral>[0]): readonly string[] =>
    propose(referral(over)).items.map(({ id }) => id);

  it('what the hub lives on, as zones of their own type', () => {
    expect(types({ risk: 'low' })).toEqual(expect.arrayContaining(['mains', 'hub_battery']));
  });
  it('a second button at a high risk', () => {
    expect(types({ risk: 'high' }).filter((type) => type === 'panic')).toHaveLength(2);
    expect(types({ risk: 'low' }).filter((type) => type === 'panic')).toHaveLength(1);
  });
  it('no window and no garden up the stairs, but a landing that is noted and never an alarm', () => {
    const { zones } = propose(referral({ property: { kind: 'flat-upper-floor', doors: null, windows: null } }));
    expect(zones.filter(({ type }) => type === 'perimeter')).toEqual([]);
    expect(zones.find(({ id }) => id === 'shared-way')?.type).toBe('notice');
  });
  it('as many doors and windows as were counted', () => {
    const { zones } = propose(referral({ property: { doors: 3, windows: 4 } }));
    expect(zones.filter(({ id }) => /door|window/.test(id)).map(({ id }) => id)).toEqual([
      'front-door',
      'front-door-frame',
      'back-door',
      'door-3',
      'window-1',
      'window-2',
      'window-3',
      'window-4',
    ]);
  });
  it('no more of them than a form should guess', () => {
    const { zones } = propose(referral({ property: { doors: 20, windows: 60 } }));
    expect(zones.length).toBeLessThan(30);
  });
  it('nothing is screwed into a room in a hostel', () => {
    expect(items({ property: { kind: 'hostel-room', doors: null, windows: null } })).toEqual(['door-wedge']);
  });
  it('a cage behind the letterbox at a high risk, a cover else', () => {
    expect(items({ risk: 'high' })).toContain('letterbox-cage');
    expect(items({ risk: 'low' })).toContain('letterbox-seal');
  });
  it('what is screwed in needs an owner who agrees, where there is another owner', () => {
    const owners = (ownerAgrees: 'asked' | 'not-needed') =>
      propose(referral({ property: { ownerAgrees } })).items.map(({ id, owner }) => `${id} ${owner}`);
    expect(owners('asked')).toEqual(expect.arrayContaining(['london-bar must-agree', 'door-wedge need-not-agree']));
    expect(owners('not-needed').filter((one) => one.endsWith(' must-agree'))).toEqual([]);
  });

  for (const [what, over, words] of [
    ['an escort', { escort: 'needed' }, /^Go with an escort/],
    ['an owner who says no', { property: { ownerAgrees: 'no' } }, /does not agree/],
    ['an owner who was asked', { property: { ownerAgrees: 'asked' } }, /has not answered/],
    ['hours', { access: ['not before 10'] }, /not before 10/],
    ['orders', { conditions: ['occupation'] }, /occupation/],
    ['needs', { needs: ['uses a wheelchair'] }, /wheelchair/],
    ['another language', { language: 'pl' }, /pl/],
    ['children', { children: 2 }, /^Children/],
  ] as const) {
    it(`says what to bear in mind: ${what}`, () => {
      expect(propose(referral(over)).mind.join('\n')).toMatch(new RegExp(words.source, 'm'));
    });
  }
  it('has nothing to bear in mind where there is nothing', () => {
    expect(propose(referral()).mind).toEqual([]);
  });

  const checks = (over: Parameters<typeof referral>[0]): readonly string[] =>
    propose(referral(over)).checks.map(({ id }) => id);
  it('always asks for the five that hold for every home', () => {
    expect(checks({ property: { ownerAgrees: 'not-needed' } })).toEqual([
      'not-living-there',
      'she-wants-it',
      'risk-assessed',
      'safe-contact',
      'safe-on-site',
    ]);
  });
  it('asks for the owner, the orders and her needs where there are any', () => {
    expect(checks({ conditions: ['bail'], needs: ['hearing'] })).toEqual(
      expect.arrayContaining(['owner-agrees', 'orders-known', 'needs-met']),
    );
  });
  it('asks for the escort by name', () => {
    const words = propose(referral({ escort: 'needed' })).checks.find(({ id }) => id === 'safe-on-site')?.what;
    expect(words).toContain('escort is here');
  });
});
