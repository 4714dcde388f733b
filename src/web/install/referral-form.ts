import { type Html, html } from '../../base/html.ts';
import {
  AGREEMENTS,
  CONDITIONS,
  PROPERTIES,
  PROPERTY_WORDS,
  RISKS,
  TENURES,
  URGENCIES,
} from '../../provision/referral.ts';
import type { PageWork, Visit, Went } from '../page/visit.ts';
import { goTo } from '../page/visit.ts';
import { chooseField, type Filled, lineField, linesField, nothingFilled, type Option, selectField } from './fields.ts';
import type { Fitting } from './fitting.ts';
import { shown, type Told, toldAt } from './layout.ts';

const HERE = '/install';

const words = (values: readonly string[]): readonly Option[] =>
  values.map((value) => ({ value, text: `${value.slice(0, 1).toUpperCase()}${value.slice(1).replaceAll('-', ' ')}` }));

const urgencies: readonly Option[] = URGENCIES.map((value) => ({
  value,
  text: value === 'immediate' ? 'Immediate' : value.replace('-', ' to '),
}));

const properties: readonly Option[] = PROPERTIES.map((value) => ({ value, text: PROPERTY_WORDS[value] }));

/** The form that begins the hour. */
export function referralPage(
  work: PageWork,
  visit: Visit,
  filled: Filled = nothingFilled,
  told: Told | null = null,
): Went {
  const today = new Date(work.clock.wall()).toISOString().slice(0, 10);
  return shown(work, visit, {
    here: HERE,
    heading: 'The referral',
    body: formPart(filled, told, today),
    told: told ?? anyWrong(filled),
  });
}

/** Something to say at all, so that the answer carries a status that says so. */
const anyWrong = ({ wrong }: Filled): Told | null => (wrong.size === 0 ? null : { at: 'fields', why: '' });

function formPart(filled: Filled, told: Told | null, today: string): Html {
  return html`<p>Copy it from the form of the agency. Write no name and no address of hers. All of this is wiped at the handover.</p>
<form method="post" action="${HERE}" class="box stack" novalidate>${filled.wrong.size === 0 ? null : html`<p class="wrong" role="alert">${filled.wrong.size === 1 ? 'One answer has' : `${filled.wrong.size} answers have`} to be looked at again.</p>`}${toldAt(told, 'referral')}
<input type="hidden" name="act" value="referral">
${lineField(filled, { name: 'reference', label: 'Number of the referral', type: 'text', most: 64 })}
${lineField(filled, { name: 'received', label: 'Day it came in', type: 'date', start: today })}
${chooseField(filled, { name: 'risk', label: 'Risk', many: 'one', options: words(RISKS) })}
${chooseField(filled, { name: 'urgency', label: 'How soon', many: 'one', options: urgencies })}
${selectField(filled, { name: 'property.kind', label: 'Kind of home', options: properties })}
${selectField(filled, { name: 'property.tenure', label: 'Whose it is', options: words(TENURES) })}
${chooseField(filled, { name: 'property.ownerAgrees', label: 'Does the owner agree to what is screwed in?', many: 'one', options: words(AGREEMENTS) })}
${lineField(filled, { name: 'property.doors', label: 'Doors to the outside', hint: 'Leave it empty if nobody counted.', type: 'number' })}
${lineField(filled, { name: 'property.windows', label: 'Windows in reach from the ground', type: 'number' })}
${lineField(filled, { name: 'property.locks', label: 'Locks to change', type: 'number' })}
${linesField(filled, { name: 'access', label: 'What stands in the way of coming', hint: 'One on each line, such as: not before 10.' })}
${chooseField(filled, { name: 'conditions', label: 'Orders in force', many: 'any', options: words(CONDITIONS) })}
${chooseField(filled, { name: 'escort', label: 'Escort', many: 'one', options: words(['needed', 'not-needed']) })}
${linesField(filled, { name: 'needs', label: 'Disability and other needs', hint: 'One on each line.' })}
${lineField(filled, { name: 'language', label: 'Her language', hint: 'In short, as en or pl.', type: 'text', start: 'en', most: 20 })}
${lineField(filled, { name: 'children', label: 'Children who live there', type: 'number' })}
${lineField(filled, { name: 'referredBy.agency', label: 'Agency', type: 'text' })}
${lineField(filled, { name: 'referredBy.worker', label: 'Who refers', type: 'text' })}
${lineField(filled, { name: 'referredBy.phone', label: 'Their telephone', type: 'tel', most: 40 })}
${lineField(filled, { name: 'scheme', label: 'Your scheme', hint: 'As her copy of the papers may name it.', type: 'text' })}
<button class="main">Begin</button></form>`;
}

/** Begins the hour, or shows the form again with what is wrong beside each field. */
export async function takeReferral(work: PageWork, visit: Visit, fitting: Fitting): Promise<Went> {
  const { form, by } = visit;
  const taken = fitting.take(documentOf(form));
  const scheme = (form.get('scheme') ?? '').trim();
  const wrong = new Map([
    ...byField(taken.ok ? [] : taken.problems),
    ...(scheme === '' ? ([['scheme', 'Say who sends you. Her copy of the papers names nobody else.']] as const) : []),
  ]);
  if (!taken.ok || wrong.size > 0) return referralPage(work, visit, { values: form, wrong });
  const { id, name } = by.person;
  const installer = { person: id, name, scheme };
  const done = await fitting.provisioning.start(taken.referral, installer);
  if (done.ok) return goTo(HERE);
  return referralPage(work, visit, { values: form, wrong: new Map() }, { at: 'referral', why: done.why });
}

const numbers = ['doors', 'windows', 'locks'] as const;

/** The form as a file would hold it: what was left empty is left out, and is then missed where it is needed. */
function documentOf(form: URLSearchParams): unknown {
  const text = (name: string): string | undefined => form.get(name)?.trim() || undefined;
  const number = (name: string): number | string | undefined => {
    const typed = text(name);
    return typed !== undefined && /^\d{1,9}$/.test(typed) ? Number(typed) : typed;
  };
  const lines = (name: string): readonly string[] =>
    (form.get(name) ?? '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const agency = text('referredBy.agency');
  const worker = text('referredBy.worker');
  const phone = text('referredBy.phone');
  const referredBy = agency ?? worker ?? phone;
  return without({
    reference: text('reference'),
    received: text('received'),
    risk: text('risk'),
    urgency: text('urgency'),
    property: without({
      kind: text('property.kind'),
      tenure: text('property.tenure'),
      ownerAgrees: text('property.ownerAgrees'),
      ...Object.fromEntries(numbers.map((name) => [name, number(`property.${name}`)])),
    }),
    access: lines('access'),
    conditions: form.getAll('conditions'),
    escort: text('escort'),
    needs: lines('needs'),
    language: text('language'),
    children: number('children'),
    referredBy: referredBy === undefined ? undefined : without({ agency, worker, phone }),
  });
}

const without = (members: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

/** As a form says it, where a file would be told the words to use. */
function sentence(message: string): string {
  if (message.startsWith('is missing; use')) return 'Choose one of these.';
  if (message.startsWith('is missing')) return 'This has to be filled in.';
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`;
}

/** The first problem of each field; `access[2]` is said beside `access`. */
function byField(
  problems: readonly { readonly path: string; readonly message: string }[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, message } of problems) {
    const field = path.replace(/\[\d+\].*$/, '');
    if (!found.has(field)) found.set(field, sentence(message));
  }
  return found;
}
