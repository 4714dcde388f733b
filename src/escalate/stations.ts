import { after, type Duration, duration, type Instant, isDue } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import { chain, each } from './chain.ts';
import {
  LIFE_PUT_OFF,
  LIFE_RECHECK,
  MAX_COMMANDS,
  MISSES_FOR_LOST,
  RESULT_TIME,
  TEST_JITTER,
} from './stations-bounds.ts';
import type { Command, StationsEffect, StationsEvent, StationsStep } from './stations-events.ts';
import type { StationId, StationPlan, StationsPlan } from './stations-plan.ts';
import {
  enqueueFor,
  forgetStations,
  onHappened,
  onSendEnded,
  queueDeadlines,
  requeueSent,
  settleQueue,
  soonest,
  waitingFor,
} from './stations-queue.ts';
import type { CommandMemory, Line, StationsState } from './stations-state.ts';
import { lineOf, putLine, stay } from './stations-step.ts';

/**
 * The road to the monitoring services: what happened is kept until each of them has proven that it has it. In order,
 * calls for help first, over any outage and any stop. Never throws, whatever the order of events; late and double
 * results are passed over.
 */
export function reduceStations(
  plan: StationsPlan,
  state: StationsState,
  event: StationsEvent,
  now: Instant,
): StationsStep {
  return chain(
    state,
    (s) => onEvent(plan, s, event, now),
    (s) => each(s, [...plan.stations.values()], (current, station) => settleLine(current, station, now)),
    (s) => settleQueue(plan, s, now),
  );
}

/** When it wants a `tick`; null: only an event can bring something. Always later than the step that led here. */
export function stationsDeadline(state: StationsState): Instant | null {
  const lines = Object.values<Line>(state.lines).flatMap((line) => [lifeDeadline(line), line.testAt]);
  return soonest([...lines, ...queueDeadlines(state)]);
}

function onEvent(plan: StationsPlan, state: StationsState, event: StationsEvent, now: Instant): StationsStep {
  switch (event.type) {
    case 'happened':
      return onHappened(plan, state, event.what, event.at, now);
    case 'send-ended':
      return onSendEnded(state, event.station, event.report, event.result, now);
    case 'life-ended':
      return onLifeEnded(plan, state, event.station, event.result, now);
    case 'commanded':
      return each(state, event.commands, (current, command) => onCommand(current, event.station, command));
    case 'command-ended':
      return onCommandEnded(state, event.station, event.id, { done: event.done, why: event.why });
    case 'restarted':
      return onRestarted(plan, state, event.chance, now);
    case 'tick':
      return stay(state);
    default:
      return unreachable(event);
  }
}

// ---- signs of life and tests ---------------------------------------------------------------------------------------

/** A way that was lost is lost until a sign of life is answered; the panel has forgotten it. */
function onRestarted(plan: StationsPlan, before: StationsState, chance: number, now: Instant): StationsStep {
  const state = restarted(plan, before, chance, now);
  const lost = [...plan.stations.keys()].filter((id) => lineOf(state, id)?.up === false);
  return stay(state, ...lost.map((id): StationsEffect => ({ type: 'path-fault', path: id, up: false })));
}

/** Every configured service has a line, each asked at once; a test keeps its time unless the config brings it forward. */
function restarted(plan: StationsPlan, before: StationsState, chance: number, now: Instant): StationsState {
  const kept = requeueSent(forgetStations(plan, before));
  const seeded = { ...kept, seed: Math.floor(Math.min(Math.max(chance, 0), 1) * 0xffffffff) };
  return [...plan.stations.values()].reduce((state, station) => {
    const line: Line = {
      ...(lineOf(state, station.id) ?? NEW_LINE),
      life: { is: 'resting', due: now },
      fails: 0,
      retryAt: null,
    };
    return withTest(putLine(state, station.id, line), station, now);
  }, seeded);
}

const NEW_LINE: Omit<Line, 'life'> = {
  nextSequence: 1,
  fails: 0,
  retryAt: null,
  missed: 0,
  up: true,
  testAt: null,
  commands: [],
};

function withTest(state: StationsState, { id, test }: StationPlan, now: Instant): StationsState {
  const line = lineOf(state, id);
  if (line === undefined) return state;
  const isKept = test !== null && line.testAt !== null && line.testAt <= now + test * (1 + TEST_JITTER);
  if (isKept) return state;
  if (test === null) return putLine(state, id, { ...line, testAt: null });
  return scheduleTest(state, id, test, now);
}

/** About one period from now; numbers as good as chance from a seed (the generator of Numerical Recipes). */
function scheduleTest(state: StationsState, id: StationId, every: Duration, now: Instant): StationsState {
  const line = lineOf(state, id);
  if (line === undefined) return state;
  const seed = (Math.imul(state.seed, 1664525) + 1013904223) >>> 0;
  const share = 1 + TEST_JITTER * (2 * (seed / 0x100000000) - 1);
  return putLine({ ...state, seed }, id, { ...line, testAt: after(now, duration(Math.round(every * share))) });
}

function settleLine(state: StationsState, station: StationPlan, now: Instant): StationsStep {
  return chain(
    state,
    (s) => settleTest(s, station, now),
    (s) => settleLife(s, station, now),
  );
}

function settleTest(state: StationsState, station: StationPlan, now: Instant): StationsStep {
  const line = lineOf(state, station.id);
  if (line === undefined || station.test === null || line.testAt === null || !isDue(line.testAt, now))
    return stay(state);
  const next = scheduleTest(state, station.id, station.test, now);
  // Over an outage one test is enough; the ones that were not sent have nothing to say.
  const waits = state.reports.some(
    (one) => one.kind === 'test-periodic' && one.to[station.id] !== undefined && one.to[station.id]?.status !== 'acked',
  );
  const what = {
    kind: 'test-periodic',
    is: 'new',
    alarm: null,
    zone: null,
    by: null,
    text: null,
    silent: false,
  } as const;
  return waits ? stay(next) : enqueueFor(next, [station.id], what, null, now);
}

function settleLife(state: StationsState, station: StationPlan, now: Instant): StationsStep {
  const line = lineOf(state, station.id);
  const due = line === undefined ? null : lifeDeadline(line);
  if (line === undefined || due === null || !isDue(due, now)) return stay(state);
  // A result that never came says as little as silence.
  if (line.life.is === 'asking') return onLife(state, station, 'silent', now);
  const untold = line.commands.filter((one) => one.result !== null && one.told === 'untold');
  const asking = { is: 'asking', since: now, told: untold.map(({ id }) => id) } as const;
  const answers = untold.flatMap(({ id, result }) => (result === null ? [] : [{ id, ...result }]));
  const effect: StationsEffect = {
    type: 'supervise',
    station: station.id,
    waiting: waitingFor(state, station.id),
    answers,
  };
  return stay(putLine(state, station.id, { ...line, life: asking }), effect);
}

const lifeDeadline = ({ life }: Line): Instant | null =>
  life.is === 'resting' ? life.due : after(life.since, RESULT_TIME);

function onLifeEnded(
  plan: StationsPlan,
  state: StationsState,
  id: StationId,
  result: 'answered' | 'silent' | 'put-off',
  now: Instant,
): StationsStep {
  const station = plan.stations.get(id);
  const isAsked = lineOf(state, id)?.life.is === 'asking';
  return station === undefined || !isAsked ? stay(state) : onLife(state, station, result, now);
}

function onLife(
  state: StationsState,
  station: StationPlan,
  result: 'answered' | 'silent' | 'put-off',
  now: Instant,
): StationsStep {
  const line = lineOf(state, station.id);
  if (line === undefined || line.life.is !== 'asking') return stay(state);
  switch (result) {
    case 'answered':
      return onAnswered(state, station, line, line.life, now);
    case 'silent':
      return onSilent(state, station, line, now);
    case 'put-off':
      return stay(putLine(state, station.id, { ...line, life: rest(now, sooner(station.supervision, LIFE_PUT_OFF)) }));
    default:
      return unreachable(result);
  }
}

/** The way is open: what waits for another try is tried at once. */
function onAnswered(
  state: StationsState,
  station: StationPlan,
  line: Line,
  asked: Extract<Line['life'], { is: 'asking' }>,
  now: Instant,
): StationsStep {
  const commands = line.commands.map((one) => (asked.told.includes(one.id) ? { ...one, told: 'told' as const } : one));
  // The rhythm is that of the questions, not of the answers.
  const due = after(asked.since, station.supervision);
  const life = { is: 'resting', due: due > now ? due : now } as const;
  const freed = line.up ? {} : { fails: 0, retryAt: null };
  const next = putLine(state, station.id, { ...line, ...freed, commands, life, missed: 0, up: true });
  return line.up ? stay(next) : stay(next, { type: 'path-fault', path: station.id, up: true });
}

function onSilent(state: StationsState, station: StationPlan, line: Line, now: Instant): StationsStep {
  const missed = Math.min(line.missed + 1, MISSES_FOR_LOST);
  const up = line.up && missed < MISSES_FOR_LOST;
  const life = rest(now, sooner(station.supervision, LIFE_RECHECK));
  const next = putLine(state, station.id, { ...line, life, missed, up });
  return up === line.up ? stay(next) : stay(next, { type: 'path-fault', path: station.id, up: false });
}

const rest = (now: Instant, wait: Duration): Line['life'] => ({ is: 'resting', due: after(now, wait) });
const sooner = (a: Duration, b: Duration): Duration => (a < b ? a : b);

// ---- the way back --------------------------------------------------------------------------------------------------

/** A command is carried out once; one that comes again is answered again. */
function onCommand(state: StationsState, station: StationId, command: Command): StationsStep {
  const line = lineOf(state, station);
  if (line === undefined) return stay(state);
  const known = line.commands.find((one) => one.id === command.id);
  if (known !== undefined) {
    return stay(putLine(state, station, { ...line, commands: changed(line.commands, { ...known, told: 'untold' }) }));
  }
  const memory: CommandMemory = { id: command.id, result: null, told: 'untold' };
  const commands = [...line.commands, memory].slice(-MAX_COMMANDS);
  return stay(putLine(state, station, { ...line, commands }), { type: 'command', station, command });
}

/** Told with the next sign of life. */
function onCommandEnded(
  state: StationsState,
  station: StationId,
  id: string,
  result: NonNullable<CommandMemory['result']>,
): StationsStep {
  const line = lineOf(state, station);
  const known = line?.commands.find((one) => one.id === id);
  if (line === undefined || known === undefined) return stay(state);
  return stay(putLine(state, station, { ...line, commands: changed(line.commands, { ...known, result }) }));
}

const changed = (commands: Line['commands'], one: CommandMemory): Line['commands'] =>
  commands.map((other) => (other.id === one.id ? one : other));
