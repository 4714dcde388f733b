import type { SourceId } from '../../base/brand.ts';
import type { PeopleRefused } from '../../hub/ports.ts';
import {
  addPerson,
  changeCode,
  cookieHeader,
  removePerson,
  sessionsSeen,
  setDuress,
  signOutEverywhere,
} from '../people.ts';
import { type Fault, typed } from './fields.ts';
import { namesOf } from './names.ts';
import { addBody, type Draft, type Everybody, ownCodeBody, peopleBody, removeBody, roleOf } from './people.ts';
import { goTo, type PageRoute, type PageWork, type Visit, type Went } from './visit.ts';

export function everybody(work: PageWork, { by, lang }: Visit): Everybody {
  const format = new Intl.DateTimeFormat(lang.code === 'en' ? 'en-GB' : lang.code, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: work.house.timezone,
  });
  const time = (at: string | number): string => format.format(new Date(at));
  const live = work.locks.live(by.vouched);
  return { live, sessions: sessionsSeen(work, by), by, lang, named: namesOf(work.house), time };
}

const REFUSED = 400;

function showPeople(work: PageWork, visit: Visit, fault: Fault | null): Went {
  const body = peopleBody(everybody(work, visit), visit.query.get('done'), fault);
  return visit.show({ here: '/people', body }, fault === null ? 200 : REFUSED);
}

const showAdd = ({ lang, show }: Visit, draft: Draft, fault: Fault | null): Went =>
  show({ here: '/people/add', body: addBody(lang, draft, fault) }, fault === null ? 200 : REFUSED);

async function onAdd(work: PageWork, visit: Visit): Promise<Went> {
  const { form, by } = visit;
  const draft = { name: typed(form, 'name', 256), role: typed(form, 'role'), until: typed(form, 'until') };
  const role = roleOf(draft.role);
  if (role === null) return showAdd(visit, draft, { is: 'role-form', field: 'role' });
  const until = draft.until === '' ? null : draft.until;
  const codes = { code: typed(form, 'code'), again: typed(form, 'again') };
  const added = await addPerson(work, by, { name: draft.name, role, until, ...codes });
  return added.ok ? goTo('/people?done=added') : showAdd(visit, draft, added);
}

function onAskRemove(work: PageWork, visit: Visit): Went {
  const listed = work.people.list(visit.by.vouched);
  const person = listed.ok ? listed.people.find(({ id }) => id === visit.path['id']) : undefined;
  if (person === undefined) return showPeople(work, visit, { is: 'unknown', field: null });
  if (person.id === visit.by.person.id) return showPeople(work, visit, { is: 'oneself', field: null });
  return visit.show({ here: '/people', body: removeBody(visit.lang, person) });
}

async function onRemove(work: PageWork, visit: Visit): Promise<Went> {
  const removed = await removePerson(work, visit.by, visit.path['id'] ?? '');
  return removed.ok ? goTo('/people?done=removed') : showPeople(work, visit, removed);
}

async function onOut(work: PageWork, visit: Visit): Promise<Went> {
  const id = typed(visit.form, 'id');
  if (!(await work.sessions.end(id))) return showPeople(work, visit, { is: 'unknown', field: null });
  work.streams.look();
  return goTo('/people?done=signed-out');
}

async function onOutAll(work: PageWork): Promise<Went> {
  await signOutEverywhere(work);
  return goTo('/', { 'set-cookie': work.sessions.noCookie });
}

async function onFitterOut({ window }: PageWork, { by }: Visit): Promise<Went> {
  const source = `session:${by.id}` as SourceId;
  await window.order({ source, ask: { action: 'close-installer' }, code: null, vouched: by.vouched, id: null });
  return goTo('/people?done=fitter');
}

type OwnForm = 'code' | 'duress';

function showOwn({ lang, query, show }: Visit, at: OwnForm, fault: PeopleRefused | null, cookie: string | null): Went {
  const body = ownCodeBody(lang, query.get('done'), fault === null ? null : { ...fault, at });
  const page = show({ here: '/people/code', body }, fault === null ? 200 : REFUSED);
  return { ...page, headers: cookieHeader(cookie) };
}

async function onOwnCode(work: PageWork, visit: Visit): Promise<Went> {
  const { by, form } = visit;
  const twice = { first: typed(form, 'newCode'), again: typed(form, 'again') };
  const { done, cookie } = await changeCode(work, by, typed(form, 'code'), twice);
  return done.ok ? goTo('/people/code?done=code', cookieHeader(cookie)) : showOwn(visit, 'code', done, cookie);
}

async function onOwnDuress(work: PageWork, visit: Visit): Promise<Went> {
  const { by, form } = visit;
  const twice = { first: typed(form, 'newDuress'), again: typed(form, 'duressAgain') };
  const { done, cookie } = await setDuress(work, by, typed(form, 'ownCode'), twice);
  return done.ok ? goTo('/people/code?done=duress', cookieHeader(cookie)) : showOwn(visit, 'duress', done, cookie);
}

const NOBODY: Draft = { name: '', role: '', until: '' };

/** Who can see or change anything, and what can be done about it. */
export const peoplePages: readonly PageRoute[] = [
  { method: 'GET', url: '/people', leave: 'see-people', run: (work, visit) => showPeople(work, visit, null) },
  { method: 'GET', url: '/people/add', leave: 'manage-people', run: (_work, visit) => showAdd(visit, NOBODY, null) },
  { method: 'POST', url: '/people/add', leave: 'manage-people', run: onAdd },
  {
    method: 'GET',
    url: '/people/code',
    leave: 'change-own-code',
    run: (_work, visit) => showOwn(visit, 'code', null, null),
  },
  { method: 'POST', url: '/people/code', leave: 'change-own-code', run: onOwnCode },
  { method: 'POST', url: '/people/duress', leave: 'change-own-code', run: onOwnDuress },
  { method: 'POST', url: '/people/out', leave: 'manage-sessions', run: onOut },
  { method: 'POST', url: '/people/out-all', leave: 'manage-sessions', run: onOutAll },
  { method: 'POST', url: '/people/fitter-out', leave: 'open-installer', run: onFitterOut },
  { method: 'GET', url: '/people/:id', leave: 'manage-people', run: onAskRemove },
  { method: 'POST', url: '/people/:id', leave: 'manage-people', run: onRemove },
];
