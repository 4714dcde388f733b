import { expect } from 'vitest';
import type { PanelEffect } from '../../src/alarm/effects.ts';
import type { Refusal } from '../../src/alarm/events.ts';
import type { AlarmKind, ArmedMode } from '../../src/alarm/plan.ts';
import type { PanelState } from '../../src/alarm/state.ts';
import { sirenWanted, viewOf } from '../../src/alarm/view.ts';
import type { Plan } from './plans.ts';
import { localRows, sealedRows } from './world.ts';

/** What else a row of a story expects, in words. Names of zones and rows follow the word, parted by spaces. */
export type Expectation =
  | 'siren on'
  | 'siren off'
  | 'tells nobody'
  | 'stops nothing'
  | `tells ${AlarmKind}`
  | `tells ${AlarmKind} about ${string}`
  | `stops ${AlarmKind} ${'code' | 'closure' | 'expired'}`
  | 'replies ok'
  | 'replies nothing'
  | `replies ${Refusal}`
  | `replies zones_open ${string}`
  | 'warns nothing'
  | `warns ${string}`
  | 'bypassed nothing'
  | `bypassed ${string}`
  | 'open nothing'
  | `open ${string}`
  | 'logs nothing'
  | `logs ${string}`
  | `logs no ${string}`
  | 'seals nothing'
  | `seals ${string}`
  | 'no alarm'
  | `alarm ${string}`
  | `acknowledged by ${string}`
  | 'shows nothing'
  | `shows ${string}`
  | 'no walk'
  | `walk until ${number}`
  | 'no fault'
  | `fault ${string}`
  | 'no delay'
  | `until ${number}`
  | `mode ${ArmedMode}`
  | `changed by ${string}`;

/** What was there after a row, and what was ordered since the row before. */
export interface Moment {
  readonly plan: Plan;
  readonly state: PanelState;
  readonly effects: readonly PanelEffect[];
}

export function check(moment: Moment, expectation: Expectation): void {
  const { words, heard } = reading(moment, expectation);
  expect(heard, expectation).toEqual(words);
}

interface Reading {
  readonly words: unknown;
  readonly heard: unknown;
}

/** Puts what the row asks for beside what there was. */
function reading(moment: Moment, expectation: Expectation): Reading {
  const [verb = '', ...rest] = expectation.split(' ');
  const view = viewOf(moment.plan.panel, moment.state);
  const names = rest[0] === 'nothing' ? [] : [...rest].sort();
  switch (verb) {
    case 'siren':
      return { words: rest[0], heard: sirenWanted(moment.state) ? 'on' : 'off' };
    case 'tells':
      return tellings(moment, rest);
    case 'stops':
      return { words: rest[0] === 'nothing' ? [] : [rest.join(' ')], heard: stops(moment) };
    case 'replies':
      return replies(moment, rest);
    case 'warns':
      return {
        words: names,
        heard: answers(moment).flatMap((one) => (one.ok ? [...one.warnings].sort() : ['refused'])),
      };
    case 'bypassed':
      return { words: names, heard: [...view.bypassedZones].sort() };
    case 'open':
      return { words: names, heard: [...view.openZones].sort() };
    case 'logs':
      return rows(
        localRows(moment.effects).map((row) => row.row),
        rest,
      );
    case 'seals':
      return rows(
        sealedRows(moment.effects).map((row) => row.row),
        rest,
      );
    case 'shows':
      return { words: names.length === 0 ? '' : rest.join(' '), heard: walkNews(moment) };
    case 'walk':
      return { words: Number(rest[1]) * 1000, heard: moment.state.walk?.until };
    case 'no':
      if (rest[0] === 'walk') return { words: null, heard: moment.state.walk };
      return absent(rest[0], view);
    case 'alarm':
      return shownAlarm(view, rest);
    case 'acknowledged':
      return { words: rest[1], heard: view.alarm?.acknowledgedBy };
    case 'fault':
      return { words: names, heard: view.faults.filter((fault) => rest.includes(fault)).sort() };
    case 'until':
      return { words: Number(rest[0]) * 1000, heard: view.delayEndsAt };
    case 'mode':
      return { words: rest[0], heard: view.mode };
    case 'changed':
      return { words: rest.slice(1).join(' '), heard: view.changedBy };
    default:
      throw new Error(`no such expectation: ${expectation}`);
  }
}

function tellings({ effects }: Moment, [kind, , ...zones]: readonly string[]): Reading {
  const told = effects.filter((effect) => effect.type === 'tell').map((effect) => effect.alarm);
  if (kind === 'nobody') return { words: [], heard: told.map((alarm) => alarm.kind) };
  if (zones.length === 0) return { words: [kind], heard: told.map((alarm) => alarm.kind) };
  return {
    words: [kind, ...[...zones].sort()],
    heard: told.flatMap((alarm) => [alarm.kind, ...[...alarm.zones].sort()]),
  };
}

function shownAlarm({ alarm }: ReturnType<typeof viewOf>, [kind, ...zones]: readonly string[]): Reading {
  if (alarm === null || zones.length === 0) return { words: kind, heard: alarm?.kind };
  return { words: [kind, ...[...zones].sort()], heard: [alarm.kind, ...[...alarm.zones].sort()] };
}

/** `hall detected front-door opened`. */
const walkNews = ({ effects }: Moment): string =>
  effects
    .filter((effect) => effect.type === 'walk-news')
    .map(({ zone, what }) => `${zone} ${what}`)
    .join(' ');

const stops = ({ effects }: Moment): readonly string[] =>
  effects.filter((effect) => effect.type === 'stop-telling').map((effect) => `${effect.alarm.kind} ${effect.why}`);

const answers = ({ effects }: Moment) =>
  effects.filter((effect) => effect.type === 'reply').map((effect) => effect.answer);

function replies(moment: Moment, [word, ...zones]: readonly string[]): Reading {
  const given = answers(moment).map((one) => (one.ok ? 'ok' : one.error));
  if (word === 'nothing') return { words: [], heard: given };
  if (zones.length === 0) return { words: [word], heard: given };
  const named = answers(moment).flatMap((one) => (one.ok ? [] : (one.zones ?? [])));
  return { words: [word, ...[...zones].sort()], heard: [...given, ...[...named].sort()] };
}

function rows(written: readonly string[], [first, ...rest]: readonly string[]): Reading {
  if (first === 'nothing') return { words: [], heard: written };
  if (first === 'no') return { words: [], heard: written.filter((row) => rest.includes(row)) };
  const wanted = [first, ...rest];
  return { words: wanted, heard: wanted.filter((row) => row !== undefined && written.includes(row)) };
}

function absent(what: string | undefined, view: ReturnType<typeof viewOf>): Reading {
  if (what === 'alarm') return { words: null, heard: view.alarm };
  if (what === 'fault') return { words: [], heard: view.faults };
  if (what === 'delay') return { words: null, heard: view.delayEndsAt };
  throw new Error(`no such expectation: no ${what}`);
}
