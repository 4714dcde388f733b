import { reportsOf } from '../act/reports.ts';
import { type Numbering, stationReport } from '../act/station-report.ts';
import { shownAlarms } from '../alarm/alarms.ts';
import { withoutNumbers } from '../alarm/closing.ts';
import type { PanelEffect, RecordEffect } from '../alarm/effects.ts';
import type { PanelEvent } from '../alarm/events.ts';
import type { PanelPlan } from '../alarm/plan.ts';
import type { Alarm, PanelState } from '../alarm/state.ts';
import type { Instant, WallTime } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import { reduceStations, stationsDeadline } from '../escalate/stations.ts';
import type { Command, StationsEffect, StationsEvent } from '../escalate/stations-events.ts';
import type { StationId, StationsPlan } from '../escalate/stations-plan.ts';
import type { Line, ReportWhat, StationsState } from '../escalate/stations-state.ts';
import { Limiter } from './limiter.ts';
import type { Clock, Log, Station, StationDoor } from './ports.ts';

/** What one turn of the crank lends to the road to the services. */
export interface StationsTurn {
  readonly at: Instant;
  /** When it happened; null: the clock is not to be trusted. */
  readonly wall: WallTime | null;
  readonly panel: () => PanelState;
  readonly onPanel: (event: PanelEvent) => void;
  readonly row: (effect: RecordEffect) => void;
  /** Goes when the turn is in the journal. */
  readonly leave: (go: () => void) => void;
}

/** The monitoring services as the crank sees them. */
export interface Stations {
  /** What a service tells. */
  readonly door: StationDoor;
  /** Who is spoken to. Before it, what is to be told waits. */
  open(stations: readonly Station[]): void;
  take(event: StationsEvent, turn: StationsTurn): void;
  /** What a step of the panel is to them; `panel` is the state it led to. */
  follow(event: PanelEvent, effects: readonly PanelEffect[], turn: StationsTurn): void;
  tell(what: readonly ReportWhat[], turn: StationsTurn): void;
  deadline(): Instant | null;
  /** Something waits that a countdown has to go on for. */
  waits(): boolean;
  /** Something has changed that a stop must not lose. */
  unsaved(): boolean;
  /** The part that changed, as saved from now on. */
  toSave(): Readonly<Record<string, string>>;
}

export interface StationsNeeds {
  readonly panel: PanelPlan;
  readonly plan: StationsPlan;
  readonly numbering: Numbering;
  readonly from: StationsState;
  readonly clock: Clock;
  readonly log: Log;
  readonly wake: (at: Instant | null) => void;
  readonly post: (event: StationsEvent) => void;
  /** A report leaves; for whoever watches a test. */
  readonly onHanded: (row: RecordEffect) => void;
}

/** A service that the config names and that could not be set up: why, is in the program's log. */
const MISSING = { outcome: 'unanswered', why: 'it could not be set up' } as const;

/** Carries reports between the room that keeps them and the services, and brings back what a service asks. */
export function createStations(needs: StationsNeeds): Stations {
  const { plan, numbering, post } = needs;
  const limiter = new Limiter();
  const refusals = new Map<string, string>();
  let stations: ReadonlyMap<string, Station> = new Map();
  let state = needs.from;
  let saved: StationsState | null = null;

  function take(event: StationsEvent, turn: StationsTurn): void {
    const step = reduceStations(plan, state, event, turn.at);
    state = step.state;
    for (const effect of step.effects) perform(effect, turn);
    needs.wake(stationsDeadline(state));
  }

  function perform(effect: StationsEffect, turn: StationsTurn): void {
    switch (effect.type) {
      case 'record':
        turn.row(effect);
        return;
      case 'send':
        turn.leave(() => send(effect));
        return;
      case 'supervise':
        // That the hub lives is nothing the journal has to have; what became of a command is.
        if (effect.answers.length === 0) supervise(effect);
        else turn.leave(() => supervise(effect));
        return;
      case 'command':
        onCommand(effect.station, effect.command, turn);
        return;
      case 'path-fault':
        turn.onPanel({ type: effect.up ? 'fault-cleared' : 'fault-raised', fault: `path:${effect.path}` });
        return;
      default:
        unreachable(effect);
    }
  }

  function send(effect: Extract<StationsEffect, { type: 'send' }>): void {
    const { station, report } = effect;
    const data = { report: report.id, kind: report.kind, station };
    needs.onHanded({ type: 'record', row: 'report-handed', data, audience: 'local' });
    const found = stations.get(station);
    const ended = found?.send(stationReport(report, numbering), effect) ?? Promise.resolve(MISSING);
    void ended.then((result) => post({ type: 'send-ended', station, report: report.id, result }));
  }

  function supervise(effect: Extract<StationsEffect, { type: 'supervise' }>): void {
    const { station } = effect;
    refusals.delete(station);
    const ended = stations.get(station)?.supervise(effect) ?? Promise.resolve({ outcome: 'silent' } as const);
    void ended.then(({ outcome }) => {
      tellRefusal(station);
      post({ type: 'life-ended', station, result: outcome });
    });
  }

  /** Only what a sign of life met with: what a report did would tell in the log that a silent one was sent. */
  function tellRefusal(station: string): void {
    const why = refusals.get(station);
    const held = why === undefined ? null : limiter.pass(station, needs.clock.now());
    refusals.delete(station);
    if (why !== undefined && held !== null)
      needs.log.warn({ station, why, held }, 'a monitoring service is not believed');
  }

  function onCommand(station: StationId, command: Command, turn: StationsTurn): void {
    const alarm = turn.panel().alarms.find(({ id }) => id === command.alarm);
    turn.row(commandRow(station, command, alarm, turn.panel()));
    const why = alarm === undefined ? 'there is no such open alarm' : obey(station, command, alarm, turn);
    const done = alarm === undefined ? 'refused' : 'done';
    take({ type: 'command-ended', station, id: command.id, done, why }, turn);
  }

  function obey(station: StationId, { order, note }: Command, alarm: Alarm, turn: StationsTurn): string | null {
    const { id } = alarm;
    if (note !== null && note !== '') turn.onPanel({ type: 'noted', alarm: id, by: station, note });
    switch (order) {
      case 'acknowledge':
        turn.onPanel({ type: 'acknowledged', alarm: id, by: station });
        return null;
      case 'close':
        turn.onPanel({ type: 'closed-by-station', alarm: id, by: station });
        return null;
      case 'note':
        return null;
      case 'stand-down':
        return 'it is in the log; nothing is lowered by it';
      default:
        return unreachable(order);
    }
  }

  return {
    door: {
      commands: (station, commands) => post({ type: 'commanded', station: station as StationId, commands }),
      refused: (station, why) => void refusals.set(station, why),
    },
    open(opened) {
      stations = new Map(opened.map((station) => [station.id, station]));
    },
    take,
    follow(event, effects, turn) {
      if (plan.stations.size === 0) return;
      const what = reportsOf(needs.panel, turn.panel(), event, effects);
      if (what.length > 0) take({ type: 'happened', what, at: turn.wall }, turn);
    },
    tell: (what, turn) => take({ type: 'happened', what, at: turn.wall }, turn),
    deadline: () => stationsDeadline(state),
    waits: () => state.reports.length > 0,
    unsaved() {
      const isSaved = sameButLives(state, saved);
      // So that the next look is a short one.
      if (isSaved) saved = state;
      return !isSaved;
    },
    toSave() {
      if (sameButLives(state, saved)) return {};
      saved = state;
      return { stations: JSON.stringify(state) };
    },
  };
}

/** Who at the service asked for what. Of what is not shown on site, or is not open any more, nothing may be read there. */
function commandRow(
  station: StationId,
  { order, alarm, by }: Command,
  open: Alarm | undefined,
  panel: PanelState,
): RecordEffect {
  const data = { station, order, alarm, by: withoutNumbers(by) };
  const isShown = open !== undefined && shownAlarms(panel).includes(open);
  return { type: 'record', row: 'station-command', data, audience: isShown ? 'local' : 'sealed' };
}

/** Equal in everything but the rhythm of signs of life, which begins anew after a stop and would write to the disk all day. */
function sameButLives(a: StationsState, b: StationsState | null): boolean {
  if (a === b) return true;
  if (b === null) return false;
  const rest = (Object.keys(a) as (keyof StationsState)[]).every((key) => key === 'lines' || a[key] === b[key]);
  return rest && JSON.stringify(lasting(a)) === JSON.stringify(lasting(b));
}

const lasting = ({ lines }: StationsState): readonly unknown[] =>
  Object.entries<Line>(lines).map(([id, { life, missed, ...line }]) => [id, line]);
