import type { AlarmId, ZoneId } from '../../src/base/brand.ts';
import { type Duration, instant, seconds, wallTime } from '../../src/base/time.ts';
import { reduceStations, stationsDeadline } from '../../src/escalate/stations.ts';
import type { Command, ReportEnd, StationsEffect, StationsEvent } from '../../src/escalate/stations-events.ts';
import type {
  ReportClass,
  ReportKind,
  StationId,
  StationPlan,
  StationsPlan,
} from '../../src/escalate/stations-plan.ts';
import { initialStations, type ReportWhat, type StationsState } from '../../src/escalate/stations-state.ts';

export const station = (id: string): StationId => id as StationId;
const EVERYTHING: readonly ReportClass[] = ['set', 'unset', 'alarms', 'faults', 'tests'];

export interface PlanChange {
  readonly ids?: readonly string[];
  readonly reports?: readonly ReportClass[];
  readonly alarms?: StationPlan['alarms'];
  readonly preAlert?: 'told' | 'kept';
  readonly supervision?: Duration;
  readonly test?: Duration | null;
}

/** A house with one service that is told everything, asked once an hour whether it is there, without tests. */
export function planOf(change: PlanChange = {}): StationsPlan {
  const { ids = ['arc'], reports = EVERYTHING, preAlert = 'told', supervision = seconds(3600), test = null } = change;
  const alarms = change.alarms ?? new Set(['personal', 'duress', 'intruder', 'tamper', 'fire', 'fault'] as const);
  const entries = ids.map((id): [StationId, StationPlan] => [
    station(id),
    { id: station(id), reports: new Set(reports), alarms, preAlert, supervision, test },
  ]);
  return { stations: new Map(entries) };
}

export const what = (kind: ReportKind, change: Partial<ReportWhat> = {}): ReportWhat => ({
  kind,
  is: 'new',
  alarm: null,
  zone: null,
  by: null,
  text: null,
  silent: kind === 'personal-silent' || kind === 'duress',
  ...change,
});
export const zone = (id: string): ZoneId => id as ZoneId;
export const alarm = (id: string): AlarmId => id as AlarmId;

export const happened = (...all: readonly (ReportKind | ReportWhat)[]): StationsEvent => ({
  type: 'happened',
  what: all.map((one) => (typeof one === 'string' ? what(one) : one)),
  at: wallTime(1_000_000),
});
export const commanded = (id: string, ...commands: readonly Command[]): StationsEvent => ({
  type: 'commanded',
  station: station(id),
  commands,
});

const ACKED: ReportEnd = {
  outcome: 'acked',
  ack: { bytes: 'ACK bytes', at: wallTime(5), path: 'primary tcp' },
};
const SILENT: ReportEnd = { outcome: 'unanswered', why: 'no answer' };

/** What a service does with what it is sent: takes it, says nothing, refuses it; `slow` answers when told to. */
export type Far = 'takes' | 'silent' | 'refuses' | 'refuses-full' | 'slow';

/** A hub in small: it turns the crank to every deadline, and lets the services answer at once. */
export interface Bench {
  readonly state: () => StationsState;
  does(event: StationsEvent): readonly StationsEffect[];
  passes(toSeconds: number): readonly StationsEffect[];
  /** As after a stop: the state goes through JSON, and whatever was on its way is lost. */
  restarts(): readonly StationsEffect[];
  /** Ends the sends that a slow service kept, the oldest first. */
  answers(result: 'acked' | 'put-off'): readonly StationsEffect[];
  readonly far: Record<string, Far>;
  plan: StationsPlan;
}

export function benchOf(plan: StationsPlan): Bench {
  let state = initialStations();
  let now = instant(0);
  let kept: Extract<StationsEffect, { type: 'send' }>[] = [];
  const far: Record<string, Far> = {};

  function turn(event: StationsEvent): readonly StationsEffect[] {
    const step = reduceStations(bench.plan, state, event, now);
    state = step.state;
    return [...step.effects, ...step.effects.flatMap(answered)];
  }

  function answered(effect: StationsEffect): readonly StationsEffect[] {
    if (effect.type === 'supervise') {
      const result = far[effect.station] === 'silent' ? 'silent' : 'answered';
      return turn({ type: 'life-ended', station: effect.station, result });
    }
    if (effect.type !== 'send') return [];
    const result = resultOf(far[effect.station] ?? 'takes', effect.form);
    if (result !== null) return ended(effect, result);
    kept.push(effect);
    return [];
  }

  const ended = (send: Extract<StationsEffect, { type: 'send' }>, result: ReportEnd): readonly StationsEffect[] =>
    turn({ type: 'send-ended', station: send.station, report: send.report.id, result });

  function resultOf(is: Far, form: 'full' | 'plain'): ReportEnd | null {
    if (is === 'slow') return null;
    if (is === 'silent') return SILENT;
    const refuses = is === 'refuses' || (is === 'refuses-full' && form === 'full');
    return refuses ? { outcome: 'refused', why: 'DUH' } : ACKED;
  }

  const bench: Bench = {
    state: () => state,
    does: turn,
    passes(toSeconds) {
      const effects: StationsEffect[] = [];
      const end = instant(toSeconds * 1000);
      for (let next = stationsDeadline(state); next !== null && next <= end; next = stationsDeadline(state)) {
        if (next <= now) throw new Error('a deadline that does not move on');
        now = next;
        effects.push(...turn({ type: 'tick' }));
      }
      now = end;
      return [...effects, ...turn({ type: 'tick' })];
    },
    restarts() {
      state = JSON.parse(JSON.stringify(state));
      kept = [];
      return turn({ type: 'restarted', chance: 0.5 });
    },
    answers(how) {
      const sends = kept;
      kept = [];
      return sends.flatMap((send) => ended(send, how === 'acked' ? ACKED : { outcome: 'put-off' }));
    },
    far,
    plan,
  };
  turn({ type: 'restarted', chance: 0.5 });
  return bench;
}

/** What leaves the room, as short words; signs of life left out. */
export function words(effects: readonly StationsEffect[]): readonly string[] {
  return effects.flatMap((effect) => {
    switch (effect.type) {
      case 'send': {
        const { report, sequence, form } = effect;
        const end = report.is === 'restore' ? ' restore' : '';
        const place = report.zone === null ? '' : ` ${report.zone}`;
        return [`${effect.station} ${sequence} ${report.kind}${place}${end}${form === 'plain' ? ' plainly' : ''}`];
      }
      case 'record':
        return [`${effect.audience} ${effect.row}`];
      case 'command':
        return [`command ${effect.command.id}`];
      case 'path-fault':
        return [`path ${effect.path} ${effect.up ? 'up' : 'down'}`];
      default:
        return [];
    }
  });
}

export const sends = (effects: readonly StationsEffect[]): readonly string[] =>
  words(effects.filter((effect) => effect.type === 'send'));
export const rows = (effects: readonly StationsEffect[]): readonly string[] =>
  words(effects.filter((effect) => effect.type === 'record'));
export const lives = (effects: readonly StationsEffect[]): number =>
  effects.filter((effect) => effect.type === 'supervise').length;
