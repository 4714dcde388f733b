import { type Html, html } from '../../base/html.ts';
import type { Elsewhere, ListedPerson, LiveBrokerUser, LiveLocks } from '../../hub/ports.ts';
import type { Session } from '../sessions.ts';
import { countText, fill, type Language } from '../words/catalogue.ts';
import { choice, type Fault, field, formFault } from './fields.ts';
import type { Named } from './names.ts';

/** Everything that can see or change anything, and who looks at it. */
export interface Everybody {
  readonly live: LiveLocks;
  readonly sessions: readonly Session[];
  readonly by: Session;
  readonly lang: Language;
  readonly named: Named;
  /** A time in words. */
  readonly time: (at: string | number) => string;
}

export function peopleBody(all: Everybody, done: string | null, fault: Fault | null): Html {
  const { people: words, locks } = all.lang.words;
  return html`<h1>${words.heading}</h1>${donePart(all.lang, done)}${formFault(all.lang, 'people', fault)}
${codesPart(all)}${signedInPart(all)}${fitterPart(all)}${programsPart(all)}${othersPart(all)}
<section class="box" aria-labelledby="locks-h"><h2 id="locks-h">${locks.heading}</h2><p>${locks.what}</p><p>${lastText(all)}</p><p><a class="button main" href="/locks">${locks.entry}</a></p></section>`;
}

/** What was done just now. */
function donePart({ words: { people } }: Language, done: string | null): Html | null {
  if (done === null || !Object.hasOwn(people.done, done)) return null;
  return html`<p class="box" role="status">${people.done[done as keyof typeof people.done]}</p>`;
}

function lastText({ live, lang, time }: Everybody): string {
  const { locks } = lang.words;
  return live.changed === null ? locks.never : fill(locks.last, { time: time(live.changed.at) });
}

// ---- as lists, on this page and where the locks are changed ---------------------------------------------------------------

type Said = Pick<Everybody, 'lang' | 'time'>;

export function personText({ name, role, until }: ListedPerson, { lang, time }: Said): Html {
  const { people: words } = lang.words;
  const end = until === null ? null : html`, ${fill(words.until, { time: time(until) })}`;
  return html`<strong>${name}</strong>: ${words.role[role]}${end}`;
}

export function sessionText({ person, device, until }: Session, { lang, time }: Said): string {
  const { people: words } = lang.words;
  const what = fill(words.device, { name: person.name, device: device ?? words.borrowed });
  return `${what}, ${fill(words.until, { time: time(until) })}`;
}

export function brokerUserText({ name, publish, subscribe, ...user }: LiveBrokerUser, lang: Language): Html {
  const { people: words } = lang.words;
  const topics = (list: readonly string[]): string => (list.length === 0 ? words.nothing : list.join(', '));
  return html`<strong>${name}</strong>, ${whereText(user, lang)}<br>${fill(words.says, { topics: topics(publish) })}<br>${fill(words.hears, { topics: topics(subscribe) })}`;
}

export function whereText({ here, network }: Pick<LiveBrokerUser, 'here' | 'network'>, lang: Language): string {
  const { people: words } = lang.words;
  const parts = [
    ...(network === 0 ? [] : [countText(lang, words.network, network)]),
    ...(here === 0 ? [] : [countText(lang, words.here, here)]),
  ];
  return parts.length === 0 ? words.away : parts.join(', ');
}

export function elsewhereText({ kind, name }: Elsewhere, lang: Language): Html {
  const { people: words } = lang.words;
  return html`<strong>${name}</strong>: ${words.elsewhere[kind]}<br><span class="hint">${words.how[kind]}</span>`;
}

// ---- the parts of the page ---------------------------------------------------------------------------------------------

function codesPart(all: Everybody): Html {
  const { live, by, lang } = all;
  const { people: words } = lang.words;
  const items = live.people.map((person) => {
    const act =
      person.id === by.person.id
        ? html`<span class="hint">${words.you}</span>`
        : html`<a class="button" href="/people/${person.id}">${fill(words.remove, { name: person.name })}</a>`;
    return html`<li><span>${personText(person, all)}</span>${act}</li>`;
  });
  return html`<section class="box" aria-labelledby="codes-h"><h2 id="codes-h">${words.codes}</h2><ul class="list">${items}</ul><p><a class="button" href="/people/add">${words.add}</a></p></section>`;
}

function signedInPart(all: Everybody): Html {
  const { sessions, by, lang } = all;
  const { people: words } = lang.words;
  const items = sessions.map((session) => {
    const name = fill(words.device, { name: session.person.name, device: session.device ?? words.borrowed });
    const act =
      session.id === by.id
        ? html`<span class="hint">${words.thisPage}</span>`
        : html`<form method="post" action="/people/out" data-plain><input type="hidden" name="id" value="${session.id}"><button>${fill(words.end, { name })}</button></form>`;
    return html`<li><span>${sessionText(session, all)}</span>${act}</li>`;
  });
  return html`<section class="box" aria-labelledby="in-h"><h2 id="in-h">${words.signedIn}</h2><ul class="list">${items}</ul><form method="post" action="/people/out-all" data-plain><p class="hint" id="out-all-hint">${words.endAllMeans}</p><button aria-describedby="out-all-hint">${words.endAll}</button></form></section>`;
}

function fitterPart({ live, lang, time }: Everybody): Html {
  const { people: words } = lang.words;
  const until = live.installerUntil;
  const inside =
    until === null
      ? html`<p>${words.fitterOut}</p>`
      : html`<p>${fill(words.fitterIn, { time: time(until) })}</p><form method="post" action="/people/fitter-out" data-plain><button>${words.fitterEnd}</button></form>`;
  return html`<section class="box" aria-labelledby="fitter-h"><h2 id="fitter-h">${words.fitter}</h2>${inside}</section>`;
}

function programsPart({ live, lang }: Everybody): Html | null {
  if (live.brokerUsers.length === 0) return null;
  const { people: words } = lang.words;
  const items = live.brokerUsers.map(
    (user) =>
      html`<li><span>${brokerUserText(user, lang)}${user.password === 'revoked' ? html`<br><strong>${words.revoked}</strong>` : null}</span></li>`,
  );
  return html`<section class="box" aria-labelledby="programs-h"><h2 id="programs-h">${words.programs}</h2><ul class="list">${items}</ul><p class="hint">${words.programEnd}</p></section>`;
}

function othersPart({ live, lang, named }: Everybody): Html {
  const { people: words } = lang.words;
  const contacts = live.contacts.map(
    ({ id }) =>
      html`<li><span><strong>${named(id)}</strong>: ${words.texts}<br><span class="hint">${words.textsHow}</span></span></li>`,
  );
  const items = [...contacts, ...live.elsewhere.map((one) => html`<li><span>${elsewhereText(one, lang)}</span></li>`)];
  return html`<section class="box" aria-labelledby="others-h"><h2 id="others-h">${words.others}</h2>${items.length === 0 ? html`<p>${words.none}</p>` : html`<ul class="list">${items}</ul>`}</section>`;
}

// ---- forms -------------------------------------------------------------------------------------------------------------

const ROLES = ['resident', 'visitor', 'installer', 'monitor'] as const;
export type ShownRole = (typeof ROLES)[number];
export const roleOf = (text: string): ShownRole | null => ROLES.find((role) => role === text) ?? null;

export interface Draft {
  readonly name: string;
  readonly role: string;
  readonly until: string;
}

export function addBody(lang: Language, { name, role, until }: Draft, fault: Fault | null): Html {
  const { people: words } = lang.words;
  const roles = ROLES.map((value) => ({ value, text: words.role[value] }));
  return html`<h1>${words.add}</h1><form class="box" method="post" action="/people/add" data-plain>${formFault(lang, 'add', fault)}
${field(lang, 'name', 'text', { label: words.name, fault, value: name })}
${choice(lang, 'role', roles, { label: words.roleLabel, fault, value: role })}
${field(lang, 'until', 'date', { label: words.untilLabel, hint: words.untilHint, fault, value: until }, 'as wished')}
${field(lang, 'code', 'code', { label: words.codeLabel, hint: words.codeHint, fault })}
${field(lang, 'again', 'code', { label: words.againLabel, fault })}
<p class="line"><button class="main">${words.addDo}</button> <a class="button" href="/people">${words.keep}</a></p></form>`;
}

export function removeBody(lang: Language, { id, name }: Pick<ListedPerson, 'id' | 'name'>): Html {
  const { people: words } = lang.words;
  return html`<h1>${fill(words.removeAsk, { name })}</h1><form class="box" method="post" action="/people/${id}" data-plain><p>${words.removeMeans}</p><p class="line"><button class="main">${words.removeYes}</button> <a class="button" href="/people">${words.keep}</a></p></form>`;
}

/** Which of the two forms something is wrong with. */
export interface OwnFault extends Fault {
  readonly at: 'code' | 'duress';
}

export function ownCodeBody(lang: Language, done: string | null, fault: OwnFault | null): Html {
  const { people: words } = lang.words;
  const at = (form: OwnFault['at']): Fault | null => (fault?.at === form ? fault : null);
  return html`<h1>${words.mine}</h1>${donePart(lang, done)}<form class="box" method="post" action="/people/code" data-plain>${formFault(lang, 'code', at('code'))}<p>${words.codeMeans}</p>
${field(lang, 'code', 'code', { label: words.codeNow, fault: at('code') })}
${field(lang, 'newCode', 'code', { label: words.newCode, hint: words.codeHint, fault: at('code') })}
${field(lang, 'again', 'code', { label: words.newAgain, fault: at('code') })}
<p class="hint">${words.codeWait}</p><p><button class="main">${words.codeDo}</button></p></form>
${duressForm(lang, at('duress'))}`;
}

/** Its fields have names of their own, because a page has each id once. */
function duressForm(lang: Language, fault: Fault | null): Html {
  const { people: words } = lang.words;
  const renamed = fault === null ? null : { ...fault, field: DURESS_FIELDS[fault.field ?? ''] ?? fault.field };
  return html`<form class="box" method="post" action="/people/duress" data-plain><h2>${words.duressHeading}</h2><p>${words.duressMeans}</p>${formFault(lang, 'duress', fault)}
${field(lang, 'ownCode', 'code', { label: words.codeNow, fault: renamed })}
${field(lang, 'newDuress', 'code', { label: words.newDuress, hint: words.duressHint, fault: renamed })}
${field(lang, 'duressAgain', 'code', { label: words.againLabel, fault: renamed })}
<p><button class="main">${words.duressDo}</button></p></form>`;
}

const DURESS_FIELDS: Readonly<Record<string, string>> = { code: 'ownCode', again: 'duressAgain' };
