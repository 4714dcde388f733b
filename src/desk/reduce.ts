import { AFTER_MAINS_LOSS } from '../act/report-codes.ts';
import { type Duration, seconds, type WallTime, wallTime } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import {
  type Act,
  CALL_RESULTS,
  type Case,
  type DeskEvent,
  type DeskReport,
  type Entry,
  type HubRules,
  type HubState,
  OUTCOMES,
  SEVERITIES,
  type Step,
  type WaitingCommand,
} from './model.ts';

// The desk's whole behaviour towards one hub, without clock, store or wire.

/** Nobody has touched it: it sounds again. */
const ALERT_AGAIN: Duration = seconds(60);
/** A hub that takes no answers must not gather them without end. */
export const MOST_COMMANDS = 128;
/** What one hub may have open at once; a report beyond them goes into the most urgent one. */
export const MOST_CASES = 64;

/** What follows of one event. The state that comes back is whole; entries are for the record, in order. */
export function step(rules: HubRules, state: HubState, event: DeskEvent, now: WallTime): Step {
  switch (event.type) {
    case 'report':
      return onReport(rules, heard(state), event.report, now);
    case 'life':
      return onLife(heard(state), event.answers);
    case 'tick':
      return onTick(rules, state, event.seenAt, now);
    case 'operator':
      return onOperator(state, event.caseId, event.by, event.act, now);
    default:
      return unreachable(event);
  }
}

/** When this hub needs a tick for its cases; null: never. */
export function nextDue({ cases }: HubState): WallTime | null {
  const dues = cases.flatMap(({ state }) => {
    if (state.is === 'waiting') return [state.until];
    return state.is === 'open' ? [state.alertedAt + ALERT_AGAIN] : [];
  });
  return dues.length === 0 ? null : wallTime(Math.min(...dues));
}

/** Severity, then age. */
export function byUrgency(a: Case, b: Case): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || a.raisedAt - b.raisedAt;
}

const same = (state: HubState, entries: readonly Entry[] = []): Step => ({ state, closed: [], entries, refused: null });
const no = (state: HubState, refused: string): Step => ({ state, closed: [], entries: [], refused });
const entry = (caseId: string | null, by: string, what: string, text = ''): Entry => ({ caseId, by, what, text });
const put = (state: HubState, one: Case): HubState => ({
  ...state,
  cases: state.cases.map((other) => (other.id === one.id ? one : other)),
});

// ---- reports ---------------------------------------------------------------------------------------------------------

interface Heard {
  readonly state: HubState;
  readonly entries: readonly Entry[];
}

/** Whatever a hub says, it is silent no more. Why it was still has to be found out. */
function heard(state: HubState): Heard {
  if (state.silentSince === null) return { state, entries: [] };
  const cases = state.cases.map((one) => (one.key === 'silence' ? { ...one, over: 'the hub is back' } : one));
  const id = cases.find((one) => one.key === 'silence')?.id ?? null;
  return {
    state: { ...state, silentSince: null, cases },
    entries: [entry(id, 'hub', 'back', 'The hub speaks again.')],
  };
}

function onReport(rules: HubRules, { state, entries }: Heard, report: DeskReport, now: WallTime): Step {
  const next = reported(rules, state, report, now);
  return { ...next, entries: [...entries, ...next.entries] };
}

function reported(rules: HubRules, state: HubState, report: DeskReport, now: WallTime): Step {
  const { kind, is } = report;
  if (kind === 'pre-alert') return is === 'new' ? preAlert(rules, state, report, now) : cameHome(state, report);
  if (kind === 'unset') return withLine(cameHome(state, report), report);
  if (kind === 'cancel') return cancelled(state, report);
  if (report.severity === 'routine') return same(state, [lineOf(null, report)]);
  return is === 'new' ? raise(rules, state, report, now) : restored(state, report);
}

const lineOf = (caseId: string | null, { kind, is, zone, text }: DeskReport): Entry =>
  entry(caseId, 'hub', is === 'new' ? kind : `${kind} over`, [zone, text].filter((part) => part !== null).join(': '));

const withLine = (done: Step, report: DeskReport): Step => ({
  ...done,
  entries: [...done.entries, lineOf(null, report)],
});

/** Somebody is on the way in. Nobody is called yet, unless the mains was cut a moment ago; the record has it. */
function preAlert(rules: HubRules, state: HubState, report: DeskReport, now: WallTime): Step {
  const known = state.cases.find(({ key }) => key === 'pre-alert');
  const rings: Case['state'] = { is: 'open', alertedAt: now, alerts: 1 };
  const isCutOff = report.text?.startsWith(AFTER_MAINS_LOSS) === true;
  if (known !== undefined) {
    const next = isCutOff && known.state.is === 'waiting' ? put(state, { ...known, state: rings }) : state;
    return same(next, [lineOf(known.id, report)]);
  }
  const waits: Case['state'] = { is: 'waiting', until: wallTime(now + rules.preAlert) };
  return opened(rules, state, { ...report, severity: 'alarm' }, 'pre-alert', isCutOff ? rings : waits, now);
}

/** Who came in had the right to. What already rings rings on until somebody has looked. */
function cameHome(state: HubState, report: DeskReport): Step {
  const one = state.cases.find(({ key }) => key === 'pre-alert');
  if (one === undefined) return same(state);
  if (one.state.is !== 'waiting')
    return same(put(state, { ...one, over: 'unset with a valid code' }), [lineOf(one.id, report)]);
  const cases = state.cases.filter(({ id }) => id !== one.id);
  return { ...same({ ...state, cases }, [lineOf(one.id, report)]), closed: [{ ...one, over: 'unset in time' }] };
}

/** Without the hub's id of it, it is about what this hub has open. */
function cancelled(state: HubState, report: DeskReport): Step {
  const about = state.cases.filter(({ key, alarm }) =>
    report.alarm === null ? key === 'alarm' : alarm === report.alarm,
  );
  const home = cameHome(state, report);
  const next = about.reduce((all, one) => put(all, { ...one, over: 'ended with a valid code' }), home.state);
  const lines = about.length === 0 ? [lineOf(null, report)] : about.map(({ id }) => lineOf(id, report));
  return { ...home, state: next, entries: [...home.entries, ...lines] };
}

/** Reports of one alarm share a case; a fault is one for its kind and place. */
function keyOf({ alarm, severity, kind, zone }: DeskReport): string {
  if (alarm !== null) return `alarm:${alarm}`;
  if (severity === 'fault') return `fault:${kind}:${zone ?? ''}`;
  return 'alarm';
}

function raise(rules: HubRules, state: HubState, report: DeskReport, now: WallTime): Step {
  const key = keyOf(report);
  const known = state.cases.find((one) => one.key === key) ?? fullHouse(state);
  // What rang because nobody said they belong there is now an alarm of its own; it tells the same story.
  if (known === undefined) return opened(rules, state, report, key, { is: 'open', alertedAt: now, alerts: 1 }, now);
  return same(put(state, joined(known, report, now)), [lineOf(known.id, report)]);
}

const fullHouse = ({ cases }: HubState): Case | undefined =>
  cases.length < MOST_CASES ? undefined : cases.toSorted(byUrgency)[0];

/** More of the same. What has become worse, or begins again after it was over, rings again. */
function joined(known: Case, report: DeskReport, now: WallTime): Case {
  const severity = report.severity === 'routine' ? known.severity : report.severity;
  const isWorse = SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(known.severity);
  const rings = isWorse || known.over !== null || known.state.is === 'waiting';
  const alerts = known.state.is === 'open' ? known.state.alerts + 1 : 1;
  return {
    ...known,
    over: null,
    card: report.card ?? known.card,
    zone: known.zone ?? report.zone,
    ...(isWorse ? { severity, kind: report.kind } : {}),
    ...(rings ? { state: { is: 'open', alertedAt: now, alerts } } : {}),
  };
}

function opened(
  rules: HubRules,
  state: HubState,
  report: DeskReport,
  key: string,
  is: Case['state'],
  now: WallTime,
): Step {
  const number = state.number + 1;
  const one: Case = {
    id: `${rules.id}.${number}`,
    hub: rules.id,
    key,
    alarm: report.alarm,
    severity: report.severity === 'routine' ? 'fault' : report.severity,
    kind: report.kind,
    zone: report.zone,
    raisedAt: now,
    state: is,
    over: null,
    card: report.card,
  };
  return same({ ...state, number, cases: [...state.cases, one] }, [lineOf(one.id, report)]);
}

/** A door that closes again ends no alarm; a fault that is mended is over. */
function restored(state: HubState, report: DeskReport): Step {
  const one = state.cases.find(({ key }) => key === keyOf(report));
  if (one === undefined) return same(state, [lineOf(null, report)]);
  const after = one.severity === 'fault' ? put(state, { ...one, over: 'mended' }) : state;
  return same(after, [lineOf(one.id, report)]);
}

function onLife({ state, entries }: Heard, answers: Extract<DeskEvent, { type: 'life' }>['answers']): Step {
  const found = answers.flatMap((answer) => {
    const command = state.commands.find(({ id }) => id === answer.id);
    return command === undefined ? [] : [{ answer, command }];
  });
  const lines = found.map(({ answer: { done, why }, command: { caseId, order } }) =>
    entry(caseId, 'hub', done === 'done' ? `${order} taken` : `${order} refused`, why ?? ''),
  );
  const commands = state.commands.filter(({ id }) => !found.some(({ command }) => command.id === id));
  return same(found.length === 0 ? state : { ...state, commands }, [...entries, ...lines]);
}

// ---- time ------------------------------------------------------------------------------------------------------------

function onTick(rules: HubRules, state: HubState, seenAt: WallTime, now: WallTime): Step {
  const silent = fellSilent(rules, state, seenAt, now);
  const entries: Entry[] = [...silent.entries];
  const cases = silent.state.cases.map((one) => {
    const next = aged(one, now);
    if (next !== one && !hasRungAgain(one)) entries.push(ageLine(one));
    return next;
  });
  const isOlder = cases.some((one, index) => one !== silent.state.cases[index]);
  return same(isOlder ? { ...silent.state, cases } : silent.state, entries);
}

function aged(one: Case, now: WallTime): Case {
  const { state } = one;
  if (state.is === 'waiting' && state.until <= now) return { ...one, state: { is: 'open', alertedAt: now, alerts: 1 } };
  if (state.is === 'open' && state.alertedAt + ALERT_AGAIN <= now)
    return { ...one, state: { is: 'open', alertedAt: now, alerts: state.alerts + 1 } };
  return one;
}

/** Once is enough for the record; the queue counts on. */
const hasRungAgain = ({ state }: Case): boolean => state.is === 'open' && state.alerts > 1;

const ageLine = ({ id, state }: Case): Entry =>
  state.is === 'waiting'
    ? entry(id, 'desk', 'not cancelled', 'Somebody came in, and no code was given in time.')
    : entry(id, 'desk', 'alert again', 'Nobody has touched this.');

function fellSilent(rules: HubRules, state: HubState, seenAt: WallTime, now: WallTime): Step {
  if (state.silentSince !== null || seenAt + rules.silentAfter > now) return same(state);
  const report: DeskReport = {
    kind: 'silence',
    is: 'new',
    severity: 'alarm',
    alarm: null,
    zone: null,
    text: `Nothing heard for ${Math.round((now - seenAt) / 1000)} s.`,
    card: null,
  };
  const quiet = { ...state, silentSince: seenAt };
  const known = state.cases.find(({ key }) => key === 'silence') ?? fullHouse(state);
  if (known !== undefined) return same(put(quiet, joined(known, report, now)), [lineOf(known.id, report)]);
  return opened(rules, quiet, report, 'silence', { is: 'open', alertedAt: now, alerts: 1 }, now);
}

// ---- operators -------------------------------------------------------------------------------------------------------

function onOperator(state: HubState, caseId: string, by: string, act: Act, now: WallTime): Step {
  const one = state.cases.find(({ id }) => id === caseId);
  if (one === undefined) return no(state, 'This case is closed.');
  switch (act.is) {
    case 'acknowledge':
      return acknowledged(state, one, by, now);
    case 'note':
      return told(state, one, by, 'note', act.text);
    case 'stand-down':
      return told(state, one, by, 'stand-down', act.text);
    case 'call':
      return same(touched(state, one, by, now), [
        entry(
          caseId,
          by,
          `call: ${CALL_RESULTS[act.result].toLowerCase()}`,
          [act.who, act.text].filter((part) => part !== '').join(': '),
        ),
      ]);
    case 'view-card':
      return same(state, [entry(caseId, by, 'viewed the case card')]);
    case 'close':
      return closed(state, one, by, act);
    default:
      return unreachable(act);
  }
}

const NOT_YET = 'Nothing has happened yet: somebody is coming in and still has time to prove that they may.';

/** What waits for its time must still ring when it has come. */
const touched = (state: HubState, one: Case, by: string, now: WallTime): HubState =>
  one.state.is !== 'open' ? state : put(state, { ...one, state: { is: 'acknowledged', by, at: now } });

/** The second one to press the key changes nothing. */
function acknowledged(state: HubState, one: Case, by: string, now: WallTime): Step {
  if (one.state.is === 'waiting') return no(state, NOT_YET);
  if (one.state.is === 'acknowledged') return same(state);
  return commanded(touched(state, one, by, now), one, by, 'acknowledge', null, entry(one.id, by, 'acknowledged'));
}

function told(state: HubState, one: Case, by: string, order: 'note' | 'stand-down', text: string): Step {
  if (order === 'note' && text === '') return no(state, 'A note needs words.');
  if (order === 'stand-down' && one.alarm === null) return no(state, 'This hub cannot be asked about this alarm.');
  const line = entry(one.id, by, order === 'note' ? 'note' : 'stand-down asked for', text);
  return commanded(state, one, by, order, text === '' ? null : text, line);
}

function closed(state: HubState, one: Case, by: string, act: Extract<Act, { is: 'close' }>): Step {
  if (one.state.is === 'waiting') return no(state, NOT_YET);
  if (act.outcome === 'other' && act.text === '') return no(state, 'Say in words how it ended.');
  const words = [OUTCOMES[act.outcome], act.text].filter((part) => part !== '').join(': ');
  const done = commanded(state, one, by, 'close', words, entry(one.id, by, 'closed', words));
  const cases = done.state.cases.filter(({ id }) => id !== one.id);
  // What was known of the person is known only while it is needed.
  return { ...done, state: { ...done.state, cases }, closed: [{ ...one, card: null }] };
}

/** Tells the hub too, where it can be told. */
function commanded(
  state: HubState,
  one: Case,
  by: string,
  order: WaitingCommand['order'],
  note: string | null,
  line: Entry,
): Step {
  if (one.alarm === null) return same(state, [line]);
  if (state.commands.length >= MOST_COMMANDS) {
    return same(state, [
      line,
      entry(one.id, 'desk', `${order} not sent`, 'The hub has not taken what was sent before.'),
    ]);
  }
  const number = state.number + 1;
  const command: WaitingCommand = { id: `d${number}`, order, alarm: one.alarm, by, note, caseId: one.id };
  return same({ ...state, number, commands: [...state.commands, command] }, [line]);
}
