import { changeLocks, cookieHeader, unlike } from '../people.ts';
import { type Fault, typed } from './fields.ts';
import { locksBody, locksDoneBody, sureBody } from './locks.ts';
import { everybody } from './people-acts.ts';
import { goTo, type PageRoute, type PageWork, type Visit, type Went } from './visit.ts';

const MOST_LEFT_OUT = 200;
const leftOutIn = ({ form }: Visit): readonly string[] => form.getAll('leaveOut').slice(0, MOST_LEFT_OUT);

const show = (work: PageWork, visit: Visit): Went =>
  visit.show({ here: '/people', body: locksBody(everybody(work, visit)) });

function showSure(work: PageWork, visit: Visit, fault: Fault | null, cookie: string | null = null): Went {
  const body = sureBody(everybody(work, visit), leftOutIn(visit), fault);
  const page = visit.show({ here: '/people', body }, fault === null ? 200 : 400);
  return { ...page, headers: cookieHeader(cookie) };
}

async function onChange(work: PageWork, visit: Visit): Promise<Went> {
  const { form, by } = visit;
  const [newCode, newDuress] = [typed(form, 'newCode'), typed(form, 'newDuress')];
  if (newCode !== typed(form, 'again')) return showSure(work, visit, unlike('again'));
  if (newDuress !== typed(form, 'duressAgain')) return showSure(work, visit, unlike('duressAgain'));
  if (form.get('sure') !== 'yes') return showSure(work, visit, { is: 'not-sure', field: 'sure' });
  const leaveOut = leftOutIn(visit);
  const asked = { code: typed(form, 'code'), newCode, newDuress: newDuress === '' ? null : newDuress, leaveOut };
  const { done, cookie } = await changeLocks(work, by, asked);
  if (!done.ok) return showSure(work, visit, done, cookie);
  work.shownOnce.keep(by.id, done);
  return goTo('/locks/done', cookieHeader(cookie));
}

const showDone = (work: PageWork, visit: Visit): Went =>
  visit.show({
    here: '/people',
    body: locksDoneBody(everybody(work, visit), work.shownOnce.of(visit.by.id)),
  });

function onWrote({ shownOnce }: PageWork, { by }: Visit): Went {
  shownOnce.forget(by.id);
  return goTo('/people');
}

/** One action after which nobody but her can come in; what it does, the doing, and what it has done. */
export const locksPages: readonly PageRoute[] = [
  { method: 'GET', url: '/locks', leave: 'change-locks', run: show },
  { method: 'GET', url: '/locks/now', leave: 'change-locks', run: (work, visit) => showSure(work, visit, null) },
  { method: 'POST', url: '/locks/now', leave: 'change-locks', run: onChange },
  { method: 'GET', url: '/locks/done', leave: 'change-locks', run: showDone },
  { method: 'POST', url: '/locks/wrote', leave: 'change-locks', run: onWrote },
];
