import { type Html, html } from '../../base/html.ts';
import type { LiveBrokerUser } from '../../hub/ports.ts';
import type { LocksDone } from '../people.ts';
import { countText, fill, type Language } from '../words/catalogue.ts';
import { type Fault, field, formFault, tick } from './fields.ts';
import { brokerUserText, type Everybody, elsewhereText, personText, sessionText, whereText } from './people.ts';

/** Before anything is done: what ends, and what stays as it is. */
export function locksBody(all: Everybody): Html {
  const { live, lang } = all;
  const { locks: words } = lang.words;
  const stays = live.elsewhere.map((one) => html`<li><span>${elsewhereText(one, lang)}</span></li>`);
  return html`<h1>${words.heading}</h1><section class="box" aria-labelledby="ends-h"><p>${words.what}</p><h2 id="ends-h">${words.ends}</h2><ul>${endsOf(all)}</ul></section>
<section class="box" aria-labelledby="stays-h"><h2 id="stays-h">${words.stays}</h2>${stays.length === 0 ? html`<p>${words.staysNone}</p>` : html`<ul class="list">${stays}</ul>`}</section>
<p class="line"><a class="button main" href="/locks/now">${words.goOn}</a> <a class="button" href="/people">${words.back}</a></p>`;
}

/** Nothing where there are none. */
const some = (lang: Language, forms: Parameters<typeof countText>[1], n: number): readonly string[] =>
  n === 0 ? [] : [countText(lang, forms, n)];

function endsOf({ live, sessions, by, lang }: Everybody): readonly Html[] {
  const { locks: words } = lang.words;
  const others = sessions.filter(({ id }) => id !== by.id).length;
  const lines = [
    ...some(lang, words.endPeople, live.people.length - 1),
    ...some(lang, words.endSessions, others),
    words.endDuress,
    ...(live.installerUntil === null ? [] : [words.endFitter]),
    ...some(lang, words.endPrograms, live.brokerUsers.length),
    ...(live.certificate === 'own' ? [words.endKey] : []),
  ];
  return lines.map((line) => html`<li>${line}</li>`);
}

/** The last step: her codes, and which programs are left out. */
export function sureBody({ live, lang }: Everybody, leftOut: readonly string[], fault: Fault | null): Html {
  const { locks: words, people } = lang.words;
  return html`<h1>${words.sureHeading}</h1><form class="box" method="post" action="/locks/now" data-plain>${formFault(lang, 'locks', fault)}
${programsPart(live.brokerUsers, leftOut, lang)}
${field(lang, 'code', 'code', { label: people.codeNow, fault })}
${field(lang, 'newCode', 'code', { label: people.newCode, hint: people.codeHint, fault })}
${field(lang, 'again', 'code', { label: people.newAgain, fault })}
${field(lang, 'newDuress', 'code', { label: words.newDuress, hint: people.duressHint, fault }, 'as wished')}
${field(lang, 'duressAgain', 'code', { label: words.duressAgain, fault }, 'as wished')}
${tick(lang, 'sure', 'yes', { label: words.sure, fault })}
<p class="line"><button class="main">${words.do}</button> <a class="button" href="/people">${words.back}</a></p></form>`;
}

/** Whoever may be on the network is named; one that is not connected now may come from anywhere. */
function programsPart(users: readonly LiveBrokerUser[], leftOut: readonly string[], lang: Language): Html | null {
  const { locks: words } = lang.words;
  const isHere = ({ here, network }: LiveBrokerUser): boolean => here > 0 && network === 0;
  const away = users.filter((user) => !isHere(user));
  const here = users.filter(isHere).map(({ name }) => name);
  const names = here.length === 0 ? null : html`<p>${fill(words.programsHere, { names: here.join(', ') })}</p>`;
  if (away.length === 0) return names;
  const items = away.map((user) => {
    const label = fill(words.leaveOut, { name: user.name, where: whereText(user, lang) });
    const value = leftOut.find((name) => name === user.name) ?? '';
    return tick(lang, 'leaveOut', user.name, { label, fault: null, value });
  });
  return html`<fieldset><legend>${words.programs}</legend><p>${words.programsMeans}</p>${items}</fieldset>${names}`;
}

/** Afterwards: what was live, what ended, and what is shown this once. */
export function locksDoneBody(all: Everybody, done: LocksDone | null): Html {
  const { lang } = all;
  const { locks: words } = lang.words;
  if (done === null)
    return html`<h1>${words.doneHeading}</h1><section class="box"><p>${words.doneMeans}</p><p>${words.gone}</p>${backPart(lang)}</section>`;
  return html`<h1>${words.doneHeading}</h1><section class="box" role="status"><p>${words.doneMeans}</p><h2>${words.ended}</h2><ul>${endedOf(done, lang)}</ul></section>
${passwordsPart(done, lang)}
${wasPart({ ...all, live: done.was, sessions: done.sessions })}${backPart(lang)}`;
}

function endedOf({ ended, was }: LocksDone, lang: Language): readonly Html[] {
  const { locks: words } = lang.words;
  const lines = [
    ...some(lang, words.endPeople, ended.people),
    ...some(lang, words.endSessions, ended.sessions),
    words.endDuress,
    ...(ended.installer === 0 ? [] : [words.endFitter]),
    ...some(lang, words.endPrograms, ended.brokerUsers),
    ...(was.certificate === 'own' ? [words.endKey] : []),
  ];
  return lines.map((line) => html`<li>${line}</li>`);
}

function passwordsPart({ passwords }: LocksDone, lang: Language): Html | null {
  if (passwords.length === 0) return null;
  const { locks: words } = lang.words;
  const items = passwords.map(
    ({ name, password }) => html`<li><span><strong>${name}</strong></span><code dir="ltr">${password}</code></li>`,
  );
  return html`<section class="box" aria-labelledby="new-h"><h2 id="new-h">${words.passwords}</h2><p>${words.passwordsMeans}</p><ul class="list">${items}</ul><form method="post" action="/locks/wrote" data-plain><button>${words.wrote}</button></form></section>`;
}

function wasPart(all: Everybody): Html {
  const { live, sessions, lang } = all;
  const { locks: words, people } = lang.words;
  const lists: readonly (readonly [string, readonly Html[]])[] = [
    [people.codes, live.people.map((one) => html`<li><span>${personText(one, all)}</span></li>`)],
    [people.signedIn, sessions.map((one) => html`<li><span>${sessionText(one, all)}</span></li>`)],
    [people.programs, live.brokerUsers.map((one) => html`<li><span>${brokerUserText(one, lang)}</span></li>`)],
    [words.stays, live.elsewhere.map((one) => html`<li><span>${elsewhereText(one, lang)}</span></li>`)],
  ];
  const parts = lists
    .filter(([, items]) => items.length > 0)
    .map(([title, items]) => html`<h3>${title}</h3><ul class="list">${items}</ul>`);
  return html`<details class="box"><summary>${words.was}</summary>${parts}</details>`;
}

const backPart = ({ words }: Language): Html => html`<p><a class="button" href="/people">${words.people.entry}</a></p>`;
