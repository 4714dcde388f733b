import type { ProvisionAct, ProvisionDone, ProvisionView } from '../../hub/ports.ts';
import { agencyPapers, herPapers, type PaperName } from '../../papers/names.ts';
import type { CheckId } from '../../provision/checks.ts';
import { saidBody } from '../page/enter.ts';
import { goTo, type PageRoute, type PageWork, type Visit, type Went } from '../page/visit.ts';
import { contactsBody } from './contacts.ts';
import { devicesBody, keyOf } from './devices.ts';
import { fittedBody } from './fitted.ts';
import type { Fitting } from './fitting.ts';
import { handoverBody } from './handover.ts';
import { type InstallPage, shown, type Told } from './layout.ts';
import { CHOICES } from './pictures.ts';
import { planBody } from './plan.ts';
import { referralPage, takeReferral } from './referral-form.ts';
import { secretsBody } from './secrets.ts';
import { walkBody } from './walk.ts';

type Page = (work: PageWork, visit: Visit, view: ProvisionView, fitting: Fitting, told: Told | null) => InstallPage;

/** A form as an act of the hour, and the name of the form; null: it is none of this page. */
type Read = (form: URLSearchParams) => { readonly at: string; readonly act: ProvisionAct } | Told | null;

interface Stage {
  readonly url: string;
  readonly page: Page;
  readonly read: Read;
}

const text = (form: URLSearchParams, name: string): string => (form.get(name) ?? '').trim();

const plan: Stage = {
  url: '/install',
  page: (_work, _visit, view, _fitting, told) => ({
    here: '/install',
    heading: 'The plan',
    body: planBody(view, told),
    told,
  }),
  read(form) {
    if (form.get('act') !== 'check') return null;
    const check = text(form, 'check') as CheckId; // one that is none is refused by the job
    const answer = form.get('answer') === 'yes' ? 'yes' : 'no';
    return { at: `check-${check}`, act: { act: 'check', check, answer, note: text(form, 'note') } };
  },
};

const fitted: Stage = {
  url: '/install/fitted',
  page: (_work, _visit, view, _fitting, told) => ({
    here: '/install/fitted',
    heading: 'Locks, chains and the like',
    body: fittedBody(view, told),
    told,
  }),
  read(form) {
    const more = form.get('act') === 'more';
    if (!more && form.get('act') !== 'item') return null;
    const item = text(form, 'item');
    if (item === '') return { at: 'more', why: 'Say what was fitted.' };
    const is = more || form.get('is') === 'fitted' ? 'fitted' : 'not-fitted';
    const act = { act: 'item', item, where: text(form, 'where'), is, note: text(form, 'note') } as const;
    return { at: more ? 'more' : item, act };
  },
};

const devices: Stage = {
  url: '/install/devices',
  page: (_work, _visit, view, fitting, told) => ({
    here: '/install/devices',
    heading: 'Devices',
    body: devicesBody(view, fitting.provisioning.heard(), told),
    live: 'live',
    told,
  }),
  read(form) {
    if (form.get('act') === 'restart') return { at: 'restart', act: { act: 'restart' } };
    if (form.get('act') !== 'learn') return null;
    const topic = form.get('topic') ?? '';
    const address = form.get('address');
    const at = keyOf(topic, address);
    const choice = CHOICES.find(({ id }) => id === form.get('choice'));
    const name = text(form, 'name');
    if (name === '') return { at, why: 'Give it a name first, such as: kitchen window.' };
    if (choice === undefined) return { at, why: 'Choose a picture.' };
    const id = idOf(name) ?? text(form, 'as');
    return { at, act: { act: 'learn', device: { topic, address, id, name, zone: choice.type, modes: null } } };
  },
};

/** `Kitchen window 2` is `kitchen-window-2`; null where no letter of the alphabet is left. */
function idOf(name: string): string | null {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[łŁ]/g, 'l')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
  return plain === '' ? null : plain;
}

const contacts: Stage = {
  url: '/install/contacts',
  page: (_work, _visit, view, _fitting, told) => ({
    here: '/install/contacts',
    heading: 'People',
    body: contactsBody(view, told),
    live: 'live',
    told,
  }),
  read(form) {
    switch (form.get('act')) {
      case 'restart':
        return { at: 'restart', act: { act: 'restart' } };
      case 'prove': {
        const contact = text(form, 'contact');
        return { at: `prove-${contact}`, act: { act: 'prove', contact } };
      }
      case 'add': {
        const id = text(form, 'called');
        const phone = text(form, 'phone');
        if (id === '' || phone === '') return { at: 'add', why: 'Both a name and a number are needed.' };
        return { at: 'add', act: { act: 'add-contact', id, phone, alarms: null } };
      }
      default:
        return null;
    }
  },
};

const secrets: Stage = {
  url: '/install/secrets',
  page: (_work, _visit, view, _fitting, told) => ({
    here: '/install/secrets',
    heading: 'Passwords of the house',
    body: secretsBody(view, [], told),
    told,
  }),
  read: (form) => (form.get('act') === 'renew' ? { at: 'renew', act: { act: 'renew-secrets' } } : null),
};

const walk: Stage = {
  url: '/install/walk',
  page: ({ clock, house }, _visit, view, _fitting, told) => ({
    here: '/install/walk',
    heading: 'The walk',
    body: walkBody(view, { leftMinutes: minutesUntil(view.walkUntil, clock.wall()), timezone: house.timezone }, told),
    live: 'live',
    told,
  }),
  read(form) {
    const room = text(form, 'room');
    switch (form.get('act')) {
      case 'begin-walk':
        return { at: 'walk', act: { act: 'begin-walk' } };
      case 'end-walk':
        return { at: 'walk', act: { act: 'end-walk' } };
      case 'name-room':
        return { at: 'rooms', act: { act: 'name-room', room } };
      case 'drop-room':
        return { at: 'rooms', act: { act: 'drop-room', room } };
      case 'stand-in':
        return { at: 'rooms', act: { act: 'stand-in', room } };
      case 'test-paths':
        return { at: 'paths', act: { act: 'test-paths' } };
      default:
        return null;
    }
  },
};

function minutesUntil(iso: string | null, now: number): number | null {
  return iso === null ? null : Math.max(0, Math.ceil((Date.parse(iso) - now) / 60_000));
}

const handover: Stage = {
  url: '/install/handover',
  page: (_work, _visit, view, _fitting, told) => ({
    here: '/install/handover',
    heading: 'Handover',
    body: handoverBody(view, told),
    told,
  }),
  read(form) {
    const what = text(form, 'what');
    switch (form.get('act')) {
      case 'waive':
        return { at: what, act: { act: 'waive', what, reason: text(form, 'reason') } };
      case 'withdraw':
        return { at: what, act: { act: 'withdraw-waiver', what } };
      case 'papers':
        return { at: 'papers', act: { act: 'make-papers' } };
      case 'finish':
        return form.get('sure') === 'yes'
          ? { at: 'finish', act: { act: 'finish' } }
          : { at: 'finish', why: 'Take the papers first, and say so.' };
      default:
        return null;
    }
  },
};

const STAGES: readonly Stage[] = [plan, fitted, devices, contacts, secrets, walk, handover];

const notHere = ({ lang, show: frame }: Visit): Went =>
  frame({ here: '/', body: saidBody(lang, lang.words.frame.notFound) }, 404);

/** Shows a stage; without a job, the referral that begins one. */
function show({ url, page }: Stage, work: PageWork, visit: Visit, told: Told | null = null): Went {
  const { fitting } = work;
  if (fitting === null) return notHere(visit);
  const view = fitting.provisioning.view();
  if (view !== null) return shown(work, visit, page(work, visit, view, fitting, told));
  return url === '/install' ? referralPage(work, visit) : goTo('/install');
}

/** Does what a form asks, and goes back to its page; what was refused is said beside the form. */
async function take(stage: Stage, work: PageWork, visit: Visit): Promise<Went> {
  const { fitting } = work;
  if (fitting === null) return notHere(visit);
  if (stage === plan && visit.form.get('act') === 'referral') return takeReferral(work, visit, fitting);
  const asked = stage.read(visit.form);
  if (asked === null) return goTo(stage.url);
  const typed = visit.form;
  if ('why' in asked) return show(stage, work, visit, { ...asked, typed });
  const done = await fitting.provisioning.act(asked.act, visit.by.vouched);
  if (!done.ok) return show(stage, work, visit, { at: asked.at, why: done.why, typed });
  return after(stage, work, visit, done);
}

function after(stage: Stage, work: PageWork, visit: Visit, done: Extract<ProvisionDone, { ok: true }>): Went {
  const view = work.fitting?.provisioning.view() ?? null;
  if (done.secrets !== undefined && view !== null) {
    const body = secretsBody(view, done.secrets, null);
    return shown(work, visit, { here: stage.url, heading: 'Passwords of the house', body });
  }
  // Over: whoever fitted it has no session any more.
  return goTo(view === null ? '/' : stage.url);
}

const TYPES = { pdf: 'application/pdf', json: 'application/json' } as const;
const isPaper = (name: string): name is PaperName => [...herPapers, ...agencyPapers].some((one) => one === name);

function paper({ fitting }: PageWork, visit: Visit): Went {
  const name = visit.path['name'] ?? '';
  const bytes = fitting === null || !isPaper(name) ? null : fitting.paper(name);
  if (bytes === null) return notHere(visit);
  return { is: 'file', name, type: name.endsWith('.pdf') ? TYPES.pdf : TYPES.json, bytes };
}

/** The pages of the installer's hour: for an installer within the time a resident opened, and for a resident with a fresh code. */
export const installPages: readonly PageRoute[] = [
  ...STAGES.flatMap((stage): readonly PageRoute[] => [
    { method: 'GET', url: stage.url, leave: 'install', run: (work, visit) => show(stage, work, visit) },
    { method: 'POST', url: stage.url, leave: 'install', run: (work, visit) => take(stage, work, visit) },
  ]),
  { method: 'GET', url: '/install/paper/:name', leave: 'install', run: paper },
];
