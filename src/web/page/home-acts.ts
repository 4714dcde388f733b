import type { OutputId } from '../../base/brand.ts';
import { html } from '../../base/html.ts';
import { whyNot } from '../leave.ts';
import { orderOf } from '../order.ts';
import { ACTS, type DemoAct } from './demo.ts';
import { type Home, helpPart, homeBody, isUrgent, MODES, type Mode } from './home.ts';
import { namesOf } from './names.ts';
import { type Past, pastLines } from './past.ts';
import { saidIn, saidPath } from './said.ts';
import { goTo, type PageRoute, type PageWork, type Visit, type Went } from './visit.ts';

/** Rows that are looked at for what happened last. Some mean nothing to people and are left out. */
const MOST_PAST = 60;
const MOST_SHOWN = 15;
const MOST_BYPASSED = 200;

const timeIn = (lang: string, zone: string | null) => {
  const format = new Intl.DateTimeFormat(lang, {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(zone === null ? {} : { timeZone: zone }),
  });
  return (at: string | number): string => format.format(new Date(at));
};

async function pastFor(work: PageWork, { by, lang }: Visit): Promise<Past> {
  const why = whyNot('see-history', by, work.window);
  if (why === 'code_needed') return { is: 'code' };
  if (why !== null) return { is: 'hidden' };
  const rows = await work.history.newest(MOST_PAST);
  if (rows === null) return { is: 'unread' };
  const known = namesOf(work.house);
  // Whom she took away under threat is not to be met here under a name.
  const listed = work.people.list(by.vouched);
  const people = new Map<string, string>(listed.ok ? listed.people.map(({ id, name }) => [id, name]) : []);
  const named = (id: string): string => people.get(id) ?? known(id);
  const lines = pastLines(rows, lang, named, timeIn(lang.code, work.house.timezone));
  return { is: 'rows', rows: lines.slice(0, MOST_SHOWN) };
}

async function onHome(work: PageWork, visit: Visit): Promise<Went> {
  const { lang, query, by } = visit;
  if (whyNot('see-state', by, work.window) !== null) {
    const body = html`<section class="box"><p>${lang.words.home.notYours}</p></section>${helpPart(lang)}`;
    return visit.show({ here: '/', body });
  }
  const past = await pastFor(work, visit);
  const view = work.window.view();
  const wall = work.clock.wall();
  const { delayEndsAt } = view.attributes;
  const time = timeIn(lang.code, work.house.timezone);
  const home: Home = {
    view,
    tellings: whyNot('see-alarms', by, work.window) === null ? work.window.tellings() : [],
    house: work.house,
    lang,
    said: saidIn(query),
    wish: wishIn(query),
    past,
    demo: work.demo,
    leftMs: delayEndsAt === null ? 0 : Date.parse(delayEndsAt) - wall,
    now: time(wall),
    tryingUntil: view.walkUntil === null ? null : time(view.walkUntil),
  };
  return visit.show({ here: '/', body: homeBody(home), live: 'live', ...(isUrgent(view) ? { nav: 'left out' } : {}) });
}

/** `/?want=home&zones=hall,back-door` */
function wishIn(query: URLSearchParams): Home['wish'] {
  const mode = modeOf(query.get('want') ?? '');
  const zones = (query.get('zones') ?? '').split(',').filter((zone) => zone !== '');
  return mode === null ? null : { mode, zones: zones.slice(0, MOST_BYPASSED) };
}

const modeOf = (text: string | undefined): Mode | null => MODES.find((mode) => mode === text) ?? null;

const codeIn = (form: URLSearchParams): string | null => {
  const code = (form.get('code') ?? '').trim().slice(0, 64);
  return code === '' ? null : code;
};

async function onSet(work: PageWork, { by, form }: Visit): Promise<Went> {
  const [without, left = ''] = (form.get('without') ?? '').split(':');
  const mode = modeOf(form.get('mode') ?? without);
  if (mode === null) return goTo(saidPath('/', 'set', { error: 'bad_request' }));
  const bypass = [...form.getAll('bypass'), ...left.split(',')].filter((id) => id !== '').slice(0, MOST_BYPASSED);
  const answer = await orderOf(work, by, { action: 'arm', mode, bypass }, codeIn(form));
  if (answer?.ok === true) return goTo('/');
  const path = saidPath('/', 'set', answer ?? { error: 'busy' });
  const zones = [...new Set([...bypass, ...(answer?.zones ?? [])])].map(encodeURIComponent).join(',');
  switch (answer?.error) {
    case 'zones_open':
      return goTo(`/?want=${mode}&zones=${zones}`);
    case 'bad_code':
    case 'locked_out':
      return goTo(`${path}&want=${mode}&zones=${zones}`);
    default:
      return goTo(path);
  }
}

async function onOff(work: PageWork, { by, form }: Visit): Promise<Went> {
  const code = codeIn(form);
  if (code === null) return goTo(saidPath('/', 'off', { error: 'no_code' }));
  const answer = await orderOf(work, by, { action: 'disarm' }, code);
  return goTo(answer?.ok === true ? '/' : saidPath('/', 'off', answer ?? { error: 'busy' }));
}

/** Whatever was answered, what follows is the ordinary page. */
async function onCall(work: PageWork, { by }: Visit): Promise<Went> {
  await orderOf(work, by, { action: 'panic', silent: true }, null);
  return goTo('/');
}

function onLamp(work: PageWork, { form }: Visit): Went {
  const id = form.get('id') ?? '';
  if (work.house.outputs.some((one) => one.id === id && one.role === 'light')) {
    work.window.light(id as OutputId, form.get('to') === 'on' ? 'on' : 'off');
  }
  return goTo('/');
}

function onTry({ demo }: PageWork, { form }: Visit): Went {
  const [id = '', act = ''] = (form.get('does') ?? '').split(':');
  const known: DemoAct | undefined = ACTS.find((one) => one === act);
  const targets = id === 'all' ? (demo?.devices ?? []).map((device) => device.id) : [id];
  if (known !== undefined) for (const target of targets) demo?.pretend(target, known);
  return goTo('/');
}

/** Her page, and everything on it. */
export const homePages: readonly PageRoute[] = [
  { method: 'GET', url: '/', leave: 'signed in', run: onHome },
  { method: 'POST', url: '/set', leave: 'arm', run: onSet },
  { method: 'POST', url: '/off', leave: 'disarm', run: onOff },
  { method: 'POST', url: '/now', leave: 'panic', run: onCall },
  { method: 'POST', url: '/lamp', leave: 'light', run: onLamp },
  { method: 'POST', url: '/try', leave: 'see-state', run: onTry },
];
