import { randomUUID } from 'node:crypto';
import { type Html, html } from '../../base/html.ts';
import type { JsonObject } from '../../base/json.ts';
import type { WallTime } from '../../base/time.ts';
import type { CallEntry, DeskHub } from '../config.ts';
import { CALL_RESULTS, type Case, OUTCOMES } from '../model.ts';
import type { CaseFile, HubSeen, Line } from '../store.ts';

/** What every page of a signed-in operator needs. */
export interface Frame {
  readonly desk: string;
  readonly operator: string;
  readonly csrf: string;
  readonly now: WallTime;
}

const KINDS: Readonly<Record<string, string>> = {
  'personal-audible': 'Call for help',
  'personal-silent': 'Silent call for help',
  duress: 'Duress code given',
  perimeter: 'Intruder: outer door or window',
  interior: 'Intruder: movement inside',
  'entry-route': 'Intruder: entry route',
  'day-zone': 'Intruder: day zone',
  confirmed: 'Intruder, confirmed by a second detector',
  'pre-alert': 'Somebody came in and gave no code',
  silence: 'Hub is silent',
  'zone-tamper': 'Sensor tampered with',
  'hub-tamper': 'Hub tampered with',
  fire: 'Fire',
  technical: 'Water or gas',
  jamming: 'Radio is jammed',
  'supervision-lost': 'Sensor is missing',
  'battery-low': 'Battery low in a sensor',
  'mains-lost': 'Mains power lost',
  'mains-cut': 'Mains power cut while set',
  'hub-battery-low': 'Battery low in the hub',
  'path-lost': 'A path for messages is lost',
  restart: 'Hub started anew',
  lockout: 'Too many wrong codes',
  'alarm-other': 'Alarm',
  'trouble-other': 'Trouble',
};
const kindOf = ({ kind, state }: Case): string =>
  state.is === 'waiting' ? 'Somebody is coming in' : (KINDS[kind] ?? kind);

const MARKS = { help: 'HELP', alarm: 'ALARM', fault: 'FAULT' } as const;

const iso = (at: WallTime): string => new Date(at).toISOString();
const clockOf = (at: WallTime): Html => html`<time datetime="${iso(at)}">${iso(at).slice(11, 19)}</time>`;
const dateOf = (at: WallTime): Html =>
  html`<time datetime="${iso(at)}">${iso(at).slice(0, 16).replace('T', ' ')}</time>`;

function ageOf(at: WallTime, now: WallTime): Html {
  const s = Math.max(0, Math.round((now - at) / 1000));
  const words = s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h`;
  return html`<time datetime="${iso(at)}" data-age>${words}</time>`;
}

function page(title: string, { desk }: Pick<Frame, 'desk'>, body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${desk}</title><link rel="stylesheet" href="/desk.css"><link rel="icon" href="data:,"><script src="/desk.js" defer></script></head>
<body>${body}</body></html>`.html;
}

const NAV = [
  ['/', 'Queue'],
  ['/hubs', 'Hubs'],
  ['/closed', 'Closed'],
] as const;

const csrfField = ({ csrf }: Frame): Html => html`<input type="hidden" name="csrf" value="${csrf}">`;
const onceField = (): Html => html`<input type="hidden" name="once" value="${randomUUID()}">`;

function framed(title: string, frame: Frame, here: string, body: Html): string {
  const links = NAV.map(
    ([to, word]) => html`<a href="${to}"${to === here ? html` aria-current="page"` : null}>${word}</a>`,
  );
  return page(
    title,
    frame,
    html`<a class="skip" href="#main">To the content</a>
<header><strong>${frame.desk}</strong><nav aria-label="Pages">${links}</nav><span>${frame.operator}</span>
<form method="post" action="/sign-out">${csrfField(frame)}<button>Sign out</button></form></header>
<div id="lost" class="bar" role="alert" hidden>This page has lost the desk. What it shows may be old. It tries again by itself.</div>
<main id="main"><p id="says" class="unseen" role="status" aria-live="assertive"></p>${body}</main>`,
  );
}

// ---- sign in ---------------------------------------------------------------------------------------------------------

export function signInPage(desk: string, why: string | null): string {
  return page(
    'Sign in',
    { desk },
    html`<main class="narrow box"><h1>${desk}</h1>${why === null ? null : html`<p class="said" role="alert">${why}</p>`}
<form method="post" action="/sign-in">
<p><label for="name">Name</label><input id="name" type="text" name="name" autocomplete="username" required autofocus maxlength="64"></p>
<p><label for="password">Password</label><input id="password" type="password" name="password" autocomplete="current-password" required maxlength="256"></p>
<p><button class="main">Sign in</button></p></form></main>`,
  );
}

// ---- the queue -------------------------------------------------------------------------------------------------------

const mark = ({ severity, state }: Case): Html =>
  state.is === 'waiting'
    ? html`<span class="mark calm">WATCH</span>`
    : html`<span class="mark ${severity}">${MARKS[severity]}</span>`;

function stateOf({ state, over }: Case): Html {
  const ended = over === null ? null : html` <span class="over">(${over})</span>`;
  switch (state.is) {
    case 'waiting':
      return html`Waits for a code until ${clockOf(state.until)} UTC`;
    case 'open':
      return html`Nobody yet${state.alerts > 1 ? `, rung ${state.alerts} times` : null}${ended}`;
    case 'acknowledged':
      return html`<span class="soft">${state.by}</span>${ended}`;
  }
}

export interface Queue {
  readonly cases: readonly Case[];
  readonly total: number;
  readonly accounts: (hub: string) => string;
}

/** The live part of the first page. */
export function queuePart({ cases, total, accounts }: Queue, now: WallTime): Html {
  if (cases.length === 0) return html`<p class="none">Nothing is waiting.</p>`;
  const rows = cases.map((one) => {
    const alerts = one.state.is === 'open' ? one.state.alerts : 0;
    const account = accounts(one.hub);
    return html`<tr data-id="${one.id}" data-severity="${one.severity}" data-state="${one.state.is}" data-alerts="${alerts}" data-says="${MARKS[one.severity].toLowerCase()}, ${kindOf(one)}, account ${account}">
<td>${mark(one)}</td><td><a id="go-${one.id}" data-go href="/cases/${encodeURIComponent(one.id)}">${kindOf(one)}</a></td>
<td>${account}</td><td class="wide">${one.zone ?? ''}</td><td>${ageOf(one.raisedAt, now)}</td><td>${stateOf(one)}</td>
<td>${one.state.is === 'open' ? html`<button id="ack-${one.id}" data-key="a" formaction="/cases/${encodeURIComponent(one.id)}/acknowledge">Acknowledge<span class="unseen"> ${kindOf(one)}, account ${account}</span></button>` : null}</td></tr>`;
  });
  const more = total > cases.length ? html`<p class="soft">${total - cases.length} more wait behind these.</p>` : null;
  return html`<table><thead><tr><th scope="col">Severity</th><th scope="col">What</th><th scope="col">Account</th><th scope="col" class="wide">Zone</th><th scope="col">Age</th><th scope="col">Who has it</th><th scope="col"><span class="unseen">Do</span></th></tr></thead><tbody>${rows}</tbody></table>${more}`;
}

const KEYS: Readonly<Record<string, string>> = {
  a: 'acknowledge',
  n: 'note',
  c: 'close',
  p: 'person',
  s: 'stand-down',
  q: 'queue',
  h: 'hubs',
};

const keysHelp = (keys: readonly string[], moving: 'moves' | 'stays'): Html => html`<p class="keys">
${moving === 'moves' ? html`<span><kbd>j</kbd> <kbd>k</kbd> or <kbd>↓</kbd> <kbd>↑</kbd> move</span><span><kbd>Enter</kbd> open</span>` : null}
${keys.map((key) => html`<span><kbd>${key}</kbd> ${KEYS[key] ?? ''}</span>`)} <button id="keys" type="button" hidden></button></p>`;

const sounds = (): Html =>
  html`<div id="muted" class="bar mild" hidden>Sound is off: press a key or click anywhere to turn it on.</div>`;

export function queuePage(frame: Frame, queue: Queue, said: string | null): string {
  return framed(
    'Queue',
    frame,
    '/',
    html`<h1>Queue</h1>${sounds()}${said === null ? null : html`<p class="said" role="alert">${said}</p>`}
<form method="post" action="/" data-stay>${csrfField(frame)}<div data-live="/?part=queue" data-now="${frame.now}">${queuePart(queue, frame.now)}</div></form>
${keysHelp(['a', 'n', 'c', 'p', 'h'], 'moves')}
<p class="keys">Sounds: <button type="button" data-sound="help">Help</button> <button type="button" data-sound="alarm">Alarm</button> <button type="button" data-sound="fault">Fault</button></p>`,
  );
}

// ---- one case --------------------------------------------------------------------------------------------------------

const lineOf = (line: Line): Html =>
  html`<li><span class="soft">${clockOf(line.at)}</span><span><strong>${line.by}</strong>: ${KINDS[line.what] ?? line.what}${line.text === '' ? null : html`<br>${line.text}`}</span></li>`;

/** The live part of a case: how it stands, and its record. */
export function casePart({ found, closedAt, lines }: CaseFile, account: string, now: WallTime): Html {
  const act = `/cases/${encodeURIComponent(found.id)}`;
  const isOpen = closedAt === null && found.state.is === 'open';
  const alerts = isOpen && found.state.is === 'open' ? found.state.alerts : 0;
  const row =
    closedAt === null
      ? html` data-id="${found.id}" data-severity="${found.severity}" data-state="${found.state.is}" data-alerts="${alerts}" data-says="${kindOf(found)}, account ${account}"`
      : null;
  const state = closedAt === null ? stateOf(found) : html`Closed at ${dateOf(closedAt)}`;
  return html`<section class="box"${row}><h1>${mark(found)} ${kindOf(found)}</h1>
<dl><dt>Account</dt><dd>${account}</dd><dt>Hub</dt><dd><a href="/hubs/${found.hub}">${found.hub}</a></dd><dt>Zone</dt><dd>${found.zone ?? '–'}</dd>
<dt>Raised</dt><dd>${dateOf(found.raisedAt)} UTC, ${ageOf(found.raisedAt, now)} ago</dd><dt>Who has it</dt><dd>${state}</dd></dl>
${isOpen ? html`<p><button id="ack" class="main" data-key="a" formaction="${act}/acknowledge">Acknowledge <kbd>a</kbd></button></p>` : null}</section>
<section class="box" aria-labelledby="record"><h2 id="record">Record (times in UTC)</h2><ol class="record">${lines.toReversed().map(lineOf)}</ol></section>`;
}

const options = (all: Readonly<Record<string, string>>, first: string): Html =>
  html`<option value="">${first}</option>${Object.entries(all).map(([value, words]) => html`<option value="${value}">${words}</option>`)}`;

/** What is shown of a person, to who asked for it and was written down. */
export interface Person {
  readonly hub: DeskHub;
  readonly sent: JsonObject | null;
}

export function casePage(
  frame: Frame,
  file: CaseFile,
  account: string,
  person: Person | null,
  said: string | null,
): string {
  const { found, closedAt } = file;
  const act = `/cases/${encodeURIComponent(found.id)}`;
  const form = (to: string, body: Html, stay = html` data-stay`): Html =>
    html`<form method="post" action="${act}/${to}"${stay}>${csrfField(frame)}${onceField()}${body}</form>`;
  const forms = html`
<section class="box card" aria-labelledby="person-h"><h2 id="person-h">Person</h2>${
    person === null
      ? form(
          'card',
          html`<p>Details and call list. That you look is written down.</p><p><button data-key="p">Show the person <kbd>p</kbd></button></p>`,
          html``,
        )
      : personPart(person, form)
  }</section>
<section class="box" aria-labelledby="note-h"><h2 id="note-h">Note</h2>${form('note', html`<p><label for="note">What you want to keep <kbd>n</kbd></label><textarea id="note" name="text" data-key="n" rows="2" maxlength="400" required></textarea></p><p><button>Add note</button></p>`)}</section>
${found.alarm === null ? null : html`<section class="box" aria-labelledby="stand-h"><h2 id="stand-h">Stand-down</h2>${form('stand-down', html`<p><label for="stand">Ask the house to end this. Why?</label><input id="stand" type="text" name="text" maxlength="400"></p><p><button data-key="s">Ask for stand-down <kbd>s</kbd></button></p>`)}</section>`}
<section class="box" aria-labelledby="close-h"><h2 id="close-h">Close</h2>${form('close', html`<p><label for="close">How it ended <kbd>c</kbd></label><select id="close" name="outcome" data-key="c" required>${options(OUTCOMES, 'Choose…')}</select></p><p><label for="why">In words</label><input id="why" type="text" name="text" maxlength="400"></p><p><button class="main">Close this case</button></p>`, html``)}</section>`;
  return framed(
    kindOf(found),
    frame,
    '',
    html`${sounds()}${said === null ? null : html`<p class="said" role="alert">${said}</p>`}<div class="two">
<form method="post" action="${act}" data-stay>${csrfField(frame)}<div data-live="${act}?part=case" data-now="${frame.now}">${casePart(file, account, frame.now)}</div></form>
<div>${closedAt === null ? forms : html`<p class="box">This case is closed. Nothing can be added to it.</p>`}</div></div>${keysHelp(['a', 'n', 'c', 'p', 's', 'q'], 'stays')}`,
  );
}

const CARD_WORDS: Readonly<Record<string, string>> = {
  person: 'Name',
  address: 'Address',
  riskLevel: 'Risk',
  callBack: 'Calling back',
  voice: 'Voice',
  escort: 'Escort',
  orderConditions: 'Court order',
  notes: 'Notes',
};
const VOICE: Readonly<Record<string, string>> = {
  'listen-and-speak': 'Operator may listen and speak',
  'listen-only': 'Operator may listen, NOT speak',
  none: 'No voice',
};

function personPart({ hub, sent }: Person, form: (to: string, body: Html) => Html): Html {
  const fields = { ...hub.card, ...textsOf(sent) };
  const rows = Object.entries(fields).map(
    ([name, value]) =>
      html`<dt>${CARD_WORDS[name] ?? name}</dt><dd${name === 'voice' && value !== 'listen-and-speak' ? html` class="loud"` : null}>${name === 'voice' ? (VOICE[value] ?? value) : value}</dd>`,
  );
  const card = rows.length === 0 ? html`<p>Nothing is known here of the person.</p>` : html`<dl>${rows}</dl>`;
  const calls = hub.callList.map((entry) => callPart(entry, form));
  return html`${card}<h2>Call list</h2>${calls.length === 0 ? html`<p>Nobody is on it.</p>` : calls}`;
}

const textsOf = (sent: JsonObject | null): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(sent ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );

const callPart = ({ name, phone, rule }: CallEntry, form: (to: string, body: Html) => Html): Html =>
  form(
    'call',
    html`<input type="hidden" name="who" value="${name}"><p><strong>${name}</strong>, ${phone}${rule === null ? null : html`<br><span class="soft">${rule}</span>`}</p>
<p class="row">${Object.entries(CALL_RESULTS).map(([value, words]) => html`<button name="result" value="${value}">${words}<span class="unseen"> (${name})</span></button> `)}</p>`,
  );

// ---- hubs and closed cases ---------------------------------------------------------------------------------------------

export function hubsPage(frame: Frame, hubs: readonly HubSeen[], accounts: Queue['accounts']): string {
  const rows = hubs.map(
    ({
      id,
      seenAt,
      silent,
      waiting,
    }) => html`<tr><td><a data-go id="go-${id}" href="/hubs/${id}">${id}</a></td><td>${accounts(id)}</td>
<td>${silent === 'silent' ? html`<span class="mark alarm">SILENT</span>` : html`<span class="mark calm">HEARD</span>`}</td><td>${ageOf(seenAt, frame.now)} ago</td><td>${waiting === 0 ? null : `${waiting} answers wait for it`}</td></tr>`,
  );
  return framed(
    'Hubs',
    frame,
    '/hubs',
    html`<h1>Hubs</h1><table><thead><tr><th scope="col">Hub</th><th scope="col">Account</th><th scope="col">State</th><th scope="col">Last heard</th><th scope="col">Answers</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

export function hubPage(frame: Frame, id: string, account: string, lines: readonly Line[]): string {
  const body = lines.length === 0 ? html`<p>Nothing yet.</p>` : html`<ol class="record">${lines.map(lineOf)}</ol>`;
  return framed(id, frame, '', html`<h1>${id}, account ${account}</h1><section class="box">${body}</section>`);
}

export function closedPage(
  frame: Frame,
  closed: readonly { readonly found: Case; readonly closedAt: WallTime }[],
  accounts: Queue['accounts'],
): string {
  const rows = closed.map(
    ({ found, closedAt }) =>
      html`<tr><td>${mark(found)}</td><td><a data-go id="go-${found.id}" href="/cases/${encodeURIComponent(found.id)}">${kindOf(found)}</a></td><td>${accounts(found.hub)}</td><td>${dateOf(found.raisedAt)}</td><td>${dateOf(closedAt)}</td></tr>`,
  );
  return framed(
    'Closed',
    frame,
    '/closed',
    html`<h1>Closed</h1>${rows.length === 0 ? html`<p class="none">Nothing was closed yet.</p>` : html`<table><thead><tr><th scope="col">Severity</th><th scope="col">What</th><th scope="col">Account</th><th scope="col">Raised (UTC)</th><th scope="col">Closed (UTC)</th></tr></thead><tbody>${rows}</tbody></table>`}`,
  );
}

export function saidPage(frame: Frame, title: string, words: string): string {
  return framed(
    title,
    frame,
    '',
    html`<h1>${title}</h1><p class="said" role="alert">${words}</p><p><a href="/">To the queue</a></p>`,
  );
}
