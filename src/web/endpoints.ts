import type { z } from 'zod';
import type { Answer, Ask } from '../alarm/events.ts';
import type { OutputId } from '../base/brand.ts';
import type { JsonObject } from '../base/json.ts';
import { minutes } from '../base/time.ts';
import type { History, Locks, People, PeopleDone, Window } from '../hub/ports.ts';
import { orderOf } from './order.ts';
import {
  addPerson,
  changeCode,
  changeLocks,
  cookieHeader,
  liveJson,
  personJson,
  refusedJson,
  removePerson,
  sessionJson,
  sessionsSeen,
  setDuress,
  signOutEverywhere,
  unlike,
  type WithCookie,
} from './people.ts';
import { ok, type Reply, refuse } from './refusals.ts';
import type { Deed } from './roles.ts';
import {
  alarmPath,
  alarms,
  armBody,
  disarmBody,
  done,
  events,
  eventsQuery,
  installerBody,
  lightsBody,
  locks,
  locksBody,
  locksChanged,
  none,
  noteBody,
  ownCodeBody,
  ownDuressBody,
  people,
  personAdded,
  personBody,
  personPath,
  session,
  sessionPath,
  sessions,
  signIn,
  state,
  walkBody,
} from './schemas.ts';
import type { Session, Sessions } from './sessions.ts';
import { publicAlarms, publicState, type Streams } from './stream.ts';

/** What a handler works with. */
export interface Work {
  readonly window: Window;
  readonly history: History;
  readonly sessions: Sessions;
  readonly streams: Streams;
  readonly people: People;
  readonly locks: Locks;
}

interface Input<Body, Query, Path> {
  readonly body: Body;
  readonly query: Query;
  readonly path: Path;
}

/** Who may ask: anybody, whoever has a session, or whose role the table gives leave. */
export type Leave = 'anybody' | 'signed in' | Deed;

interface Description {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:id` where the path has a part of its own. */
  readonly url: string;
  readonly summary: string;
  readonly leave: Leave;
}

interface Spec<B extends z.ZodObject, Q extends z.ZodObject, P extends z.ZodObject> extends Description {
  readonly body?: B;
  readonly query?: Q;
  readonly path?: P;
  readonly answer: z.ZodObject;
  readonly run: (work: Work, by: Session, input: Input<z.infer<B>, z.infer<Q>, z.infer<P>>) => Reply | Promise<Reply>;
}

/** One way to ask, checked and described by the same schemas. */
export interface Endpoint extends Description {
  readonly body: z.ZodObject;
  readonly query: z.ZodObject;
  readonly path: z.ZodObject;
  readonly answer: z.ZodObject;
  /** `by` is null only where anybody may ask. */
  readonly run: (work: Work, by: Session | null, input: Input<unknown, unknown, unknown>) => Reply | Promise<Reply>;
}

type Empty = typeof none;

/** For those who are signed in. The server has checked the session and every part of the input before `run`. */
function endpoint<B extends z.ZodObject = Empty, Q extends z.ZodObject = Empty, P extends z.ZodObject = Empty>(
  spec: Spec<B, Q, P>,
): Endpoint {
  const { body = none, query = none, path = none, run } = spec;
  return {
    ...spec,
    body,
    query,
    path,
    run: (work, by, input) =>
      by === null ? refuse('no_session') : run(work, by, input as Input<z.infer<B>, z.infer<Q>, z.infer<P>>),
  };
}

const answered = (answer: Answer): Reply => {
  if (answer.ok) return ok({ ok: true, warnings: answer.warnings });
  return refuse(answer.error, answer.zones === undefined ? {} : { zones: answer.zones });
};

async function order(work: Work, by: Session | null, ask: Ask, code: string | null): Promise<Reply> {
  const answer = await orderOf(work, by, ask, code);
  return answer === null ? refuse('busy') : answered(answer);
}

async function onSignIn(work: Work, by: Session | null, { code, device }: z.infer<typeof signIn>): Promise<Reply> {
  const answer = await orderOf(work, by, { action: 'identify' }, code);
  if (answer === null) return refuse('busy');
  if (!answer.ok) return answered(answer);
  if (answer.given === undefined) return refuse('failed');
  const signed = await work.sessions.signIn(answer.given, by, device ?? null);
  work.streams.look();
  return ok(sessionJson(signed.session), { 'set-cookie': signed.cookie });
}

async function endSession(work: Work, id: string, headers: Readonly<Record<string, string>>): Promise<Reply> {
  if (!(await work.sessions.end(id))) return refuse('not_found');
  work.streams.look();
  return ok({ ok: true, warnings: [] }, headers);
}

function onAlarm(work: Work, by: Session, action: 'acknowledge' | 'close', id: string, note: string | undefined) {
  if (!work.window.view().alarms.some((alarm) => alarm.id === id)) return refuse('not_found');
  return order(work, by, { action, alarm: id, note: note ?? null }, null);
}

const PAGE = 100;

/** Everything under /api but the stream and the description itself. */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'POST',
    url: '/api/session',
    summary: 'Sign in with a code, or give it again for what asks for a fresh one. `device` pairs a phone.',
    leave: 'anybody',
    body: signIn,
    query: none,
    path: none,
    answer: session,
    run: (work, by, { body }) => onSignIn(work, by, body as z.infer<typeof signIn>),
  },
  endpoint({
    method: 'GET',
    url: '/api/session',
    summary: 'The own session.',
    leave: 'signed in',
    answer: session,
    run: (_work, by) => ok(sessionJson(by)),
  }),
  endpoint({
    method: 'DELETE',
    url: '/api/session',
    summary: 'Sign out.',
    leave: 'signed in',
    answer: done,
    run: (work, by) => endSession(work, by.id, { 'set-cookie': work.sessions.noCookie }),
  }),
  endpoint({
    method: 'GET',
    url: '/api/sessions',
    summary: 'Everybody who is signed in.',
    leave: 'manage-sessions',
    answer: sessions,
    run: (work, by) => ok({ sessions: sessionsSeen(work, by).map(sessionJson) }),
  }),
  endpoint({
    method: 'DELETE',
    url: '/api/sessions',
    summary: 'Sign out everywhere: every page and every paired phone, this one too.',
    leave: 'manage-sessions',
    answer: done,
    async run(work) {
      await signOutEverywhere(work);
      return ok({ ok: true, warnings: [] }, { 'set-cookie': work.sessions.noCookie });
    },
  }),
  endpoint({
    method: 'DELETE',
    url: '/api/sessions/:id',
    summary: 'Sign out somebody else, or a phone that is lost.',
    leave: 'manage-sessions',
    path: sessionPath,
    answer: done,
    run: (work, _by, { path }) => endSession(work, path.id, {}),
  }),
  endpoint({
    method: 'GET',
    url: '/api/state',
    summary: 'Panel, zones and outputs, word for word as on MQTT.',
    leave: 'see-state',
    answer: state,
    run: ({ window }) => ok({ ...publicState(window.view()) } as unknown as JsonObject),
  }),
  endpoint({
    method: 'POST',
    url: '/api/arm',
    summary: 'Set a mode. A lower one than is in force needs a code.',
    leave: 'arm',
    body: armBody,
    answer: done,
    run: (work, by, { body: { mode, bypass = [], code } }) =>
      order(work, by, { action: 'arm', mode, bypass }, code ?? null),
  }),
  endpoint({
    method: 'POST',
    url: '/api/disarm',
    summary: 'Disarm, and end what a code may end. The code is asked for each time and decides who did it.',
    leave: 'disarm',
    body: disarmBody,
    answer: done,
    run: (work, by, { body }) => order(work, by, { action: 'disarm' }, body.code),
  }),
  endpoint({
    method: 'POST',
    url: '/api/panic',
    summary: 'A silent call for help. Nothing on site shows it.',
    leave: 'panic',
    answer: done,
    run: (work, by) => order(work, by, { action: 'panic', silent: true }, null),
  }),
  endpoint({
    method: 'POST',
    url: '/api/lights',
    summary: 'Switch a light, as a hand at its own switch would.',
    leave: 'light',
    body: lightsBody,
    answer: done,
    run: ({ window }, _by, { body: { output, to } }) =>
      window.light(output as OutputId, to) === 'told' ? ok({ ok: true, warnings: [] }) : refuse('not_found'),
  }),
  endpoint({
    method: 'GET',
    url: '/api/alarms',
    summary: 'Open alarms that may be seen on site, oldest first, and who is told of each.',
    leave: 'see-alarms',
    answer: alarms,
    run: ({ window }) => ok(publicAlarms(window) as unknown as JsonObject),
  }),
  endpoint({
    method: 'POST',
    url: '/api/alarms/:id/acknowledge',
    summary: 'Say that it was seen. It goes on, and everybody is told as before.',
    leave: 'acknowledge',
    path: alarmPath,
    body: noteBody,
    answer: done,
    run: (work, by, { path, body }) => onAlarm(work, by, 'acknowledge', path.id, body.note),
  }),
  endpoint({
    method: 'POST',
    url: '/api/alarms/:id/close',
    summary: 'End it for the monitoring service.',
    leave: 'close',
    path: alarmPath,
    body: noteBody,
    answer: done,
    run: (work, by, { path, body }) => onAlarm(work, by, 'close', path.id, body.note),
  }),
  endpoint({
    method: 'POST',
    url: '/api/installer',
    summary: 'Let installers work for so many minutes from now. It ends by itself.',
    leave: 'open-installer',
    body: installerBody,
    answer: done,
    run: (work, by, { body }) => order(work, by, { action: 'open-installer', length: minutes(body.minutes) }, null),
  }),
  endpoint({
    method: 'DELETE',
    url: '/api/installer',
    summary: 'End it now.',
    leave: 'open-installer',
    answer: done,
    run: (work, by) => order(work, by, { action: 'close-installer' }, null),
  }),
  endpoint({
    method: 'POST',
    url: '/api/walk',
    summary:
      'Try the detectors for so many minutes from now, while nothing is set. Short presses of panic buttons call nobody.',
    leave: 'walk-test',
    body: walkBody,
    answer: done,
    run: (work, by, { body }) => order(work, by, { action: 'walk-test', length: minutes(body.minutes) }, null),
  }),
  endpoint({
    method: 'DELETE',
    url: '/api/walk',
    summary: 'End it now.',
    leave: 'walk-test',
    answer: done,
    run: (work, by) => order(work, by, { action: 'end-walk-test' }, null),
  }),
  endpoint({
    method: 'GET',
    url: '/api/events',
    summary: 'The log as it may be seen on site, oldest first.',
    leave: 'see-history',
    query: eventsQuery,
    answer: events,
    async run({ history }, _by, { query: { after = 0, limit = PAGE } }) {
      const rows = await history.local(after, limit);
      return rows === null ? refuse('unreadable') : ok({ events: rows } as unknown as JsonObject);
    },
  }),
  endpoint({
    method: 'GET',
    url: '/api/people',
    summary: 'Everyone with a code. Who has a duress code is told nowhere.',
    leave: 'see-people',
    answer: people,
    run(work, by) {
      const listed = work.people.list(by.vouched);
      return listed.ok ? ok({ people: listed.people.map(personJson) }) : refusedJson(listed);
    },
  }),
  endpoint({
    method: 'POST',
    url: '/api/people',
    summary: 'Add a person with a first code. A visitor needs an end.',
    leave: 'manage-people',
    body: personBody,
    answer: personAdded,
    async run(work, by, { body: { until = null, ...body } }) {
      const added = await addPerson(work, by, { ...body, until });
      return added.ok ? ok({ id: added.id }) : refusedJson(added);
    },
  }),
  endpoint({
    method: 'DELETE',
    url: '/api/people/:id',
    summary: 'Take away a person, their codes and their sessions. Nobody can remove themselves.',
    leave: 'manage-people',
    path: personPath,
    answer: done,
    run: async (work, by, { path }) => peopleDone(await removePerson(work, by, path.id)),
  }),
  endpoint({
    method: 'POST',
    url: '/api/people/me/code',
    summary: 'A new code of one’s own. Other sessions of the same person end.',
    leave: 'change-own-code',
    body: ownCodeBody,
    answer: done,
    run: async (work, by, { body: { code, newCode, again } }) =>
      ownCodeDone(await changeCode(work, by, code, { first: newCode, again })),
  }),
  endpoint({
    method: 'POST',
    url: '/api/people/me/duress',
    summary: 'A second code of one’s own, which disarms and silently calls for help. It replaces an earlier one.',
    leave: 'change-own-code',
    body: ownDuressBody,
    answer: done,
    run: async (work, by, { body: { code, newDuress, again } }) =>
      ownCodeDone(await setDuress(work, by, code, { first: newDuress, again })),
  }),
  endpoint({
    method: 'GET',
    url: '/api/locks',
    summary: 'Everything that can see or change anything in this house.',
    leave: 'see-people',
    answer: locks,
    run: (work, by) => ok(liveJson(work.locks.live(by.vouched), sessionsSeen(work, by))),
  }),
  endpoint({
    method: 'POST',
    url: '/api/locks',
    summary:
      'Change the locks: every other code, every session but this, installer time and broker passwords are over.',
    leave: 'change-locks',
    body: locksBody,
    answer: locksChanged,
    async run(work, by, { body }) {
      const { code, newCode, again, newDuress = null, duressAgain = null, leaveOut = [] } = body;
      if (newCode !== again) return refusedJson(unlike('again'));
      if (newDuress !== duressAgain) return refusedJson(unlike('duressAgain'));
      const { done: changed, cookie } = await changeLocks(work, by, { code, newCode, newDuress, leaveOut });
      if (!changed.ok) return refusedJson(changed, cookie);
      const { at, ended, passwords, was, sessions: signedIn } = changed;
      return ok({ at, ended, passwords, was: liveJson(was, signedIn) } as unknown as JsonObject, cookieHeader(cookie));
    },
  }),
];

const peopleDone = (result: PeopleDone): Reply => (result.ok ? ok({ ok: true, warnings: [] }) : refusedJson(result));

const ownCodeDone = ({ done: result, cookie }: WithCookie<PeopleDone>): Reply =>
  result.ok ? ok({ ok: true, warnings: [] }, cookieHeader(cookie)) : refusedJson(result, cookie);
