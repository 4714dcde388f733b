import { type Html, html } from '../../base/html.ts';
import type { LocalAlarm, LocalTelling, LocalView } from '../../hub/ports.ts';
import { fill, type Language } from '../words/catalogue.ts';
import { demoPart } from './demo-part.ts';
import { codeField, wrong } from './frame.ts';
import { SIGNS } from './icons.ts';
import { type Named, namesOf } from './names.ts';
import { type Past, pastPart } from './past.ts';
import { type Said, saidText } from './said.ts';
import { noticePart, troublePart } from './trouble.ts';
import type { HouseNames, PageWork } from './visit.ts';

/** What her page shows. */
export interface Home {
  readonly view: LocalView;
  /** Empty for who may not know who is told. */
  readonly tellings: readonly LocalTelling[];
  readonly house: HouseNames;
  readonly lang: Language;
  readonly said: Said | null;
  /** The mode that was asked for and not set, with zones to leave out: those that stood in its way, too. */
  readonly wish: { readonly mode: Mode; readonly zones: readonly string[] } | null;
  readonly past: Past;
  readonly demo: PageWork['demo'];
  /** Milliseconds until the delay that runs is over. */
  readonly leftMs: number;
  readonly now: string;
  /** Until when a walk test runs, as a time; null: none does. */
  readonly tryingUntil: string | null;
}

export const MODES = ['away', 'home', 'night'] as const;
export type Mode = (typeof MODES)[number];

/** Zones that may be left out by name. */
const LEAVABLE: readonly string[] = ['entry', 'perimeter', 'interior', 'tremor', 'tamper'];

export function homeBody(home: Home): Html {
  const { view, lang, said } = home;
  const { home: words } = lang.words;
  const named = namesOf(home.house);
  const isSet = view.state !== 'disarmed';
  const off = codeForm(home);
  const urgent = isUrgent(view);
  const alarms = alarmsPart(home, named);
  // Whoever comes home wants the pad at once; in a fire nobody should look for it first.
  const fire = view.alarms.some(({ kind }) => kind === 'fire');
  return html`${statePart(home)}${tryingPart(home)}
${fire ? alarms : null}
${isSet ? off : null}
${fire ? null : alarms}
${urgent ? null : setPart(home, named)}
${home.demo === null ? null : demoPart(lang, home.demo)}
${helpPart(lang)}
${lightsPart(home, named)}
${troublePart(lang, view.attributes.faults, named)}
${noticePart(lang, view.attributes.faults)}
${isSet ? null : html`<details class="box" id="end"${saidText(lang, said, 'off') === null ? null : html` open`}><summary>${words.endHeading}</summary>${off}</details>`}
${pastPart(lang, home.past, said)}
<noscript><div class="box"><p>${lang.words.frame.noScript}</p><p>${fill(words.asOf, { time: home.now })}</p><p><a class="button" href="/">${lang.words.frame.tried}</a></p></div></noscript>`;
}

/** It counts down to an alarm, or there is one. */
export const isUrgent = ({ state }: Pick<LocalView, 'state'>): boolean => state === 'pending' || state === 'triggered';

function statePart({ view, lang, leftMs }: Home): Html {
  const { home: words } = lang.words;
  const { state } = view;
  const sign = state.startsWith('armed_') ? SIGNS.armed : SIGNS[state as Exclude<typeof state, `armed_${Mode}`>];
  const counts = (state === 'pending' || state === 'arming') && view.attributes.delayEndsAt !== null;
  const caption = state === 'pending' ? words.leftToStop : words.leftToLeave;
  return html`<section class="state" data-state="${state}" aria-labelledby="state-word">${sign}<span class="unsure">${SIGNS.unknown}</span>
<h1><span id="state-word" role="status">${words.state[state]}</span></h1><p>${words.means[state]}</p>
${counts ? html`<p class="count" role="timer"><span class="leftwhat">${caption}</span><span id="left" class="left" data-left="${Math.max(0, Math.round(leftMs))}">${Math.max(0, Math.ceil(leftMs / 1000))}</span></p><button type="button" id="beeps" class="scripted-only" data-on="${words.soundOn}" data-off="${words.soundOff}">${words.soundOff}</button>` : null}
</section><p id="says" class="unseen" role="status"></p>`;
}

/** Above all that her button does not do now what it does on any other day. */
function tryingPart({ tryingUntil, lang }: Home): Html | null {
  if (tryingUntil === null) return null;
  return html`<p class="note" id="trying">${fill(lang.words.home.trying, { time: tryingUntil })}</p>`;
}

function alarmsPart({ view, lang, tellings }: Home, named: Named): Html | null {
  if (view.alarms.length === 0) return null;
  const { home: words } = lang.words;
  const items = view.alarms.map(
    (alarm) =>
      html`<li><div><p>${alarmText(alarm, lang, named)}</p>${toldPart(alarm.id, tellings, lang, named)}</div></li>`,
  );
  const fire = view.alarms.some(({ kind }) => kind === 'fire')
    ? html`<p><strong>${words.fireFirst}</strong></p>`
    : null;
  return html`<section class="box dims" aria-labelledby="alarm-h"><h2 id="alarm-h">${words.alarmHeading}</h2>${fire}<ul class="list">${items}</ul></section>`;
}

/** Who is told of it and how far that has come, for who may know. */
function toldPart(alarm: string, tellings: Home['tellings'], { words }: Language, named: Named): Html | null {
  const { told, toldHeading } = words.home;
  const contacts = tellings.find((one) => one.alarm === alarm)?.contacts ?? [];
  if (contacts.length === 0) return null;
  return html`<p class="hint">${toldHeading}</p><ul class="told">${contacts.map(({ contact, is }) => html`<li>${fill(told[is], { name: named(contact) })}</li>`)}</ul>`;
}

function alarmText({ kind, zones, acknowledgedBy }: LocalAlarm, { words }: Language, named: Named): string {
  const { alarm, alarmPlain, seen } = words.home;
  const what = zones.length === 0 ? alarmPlain[kind] : fill(alarm[kind], { names: zones.map(named).join(', ') });
  return acknowledgedBy === null ? what : `${what} ${fill(seen, { name: named(acknowledgedBy) })}`;
}

/** What may be set, what stands open, and how to set it without that. */
function setPart(home: Home, named: Named): Html {
  const { view, lang, house, said, wish } = home;
  const { home: words } = lang.words;
  const current = view.attributes.mode;
  const modes = MODES.filter((mode) => house.modes.includes(mode) && mode !== current);
  const standing = standingIn(home);
  const text = saidText(lang, said, 'set');
  if (wish !== null && text !== null) return codeToSet(home, wish, text);
  const buttons = modes.map(
    (mode) =>
      html`<button name="mode" value="${mode}">${words.mode[mode]}<small>${words.modeHint[mode]}</small></button>`,
  );
  const rows = standing.map(
    ({ id, text: what, leavable }) =>
      html`<li><span>${fill(what, { name: named(id) })}</span>${leavable ? html`<label class="check"><input type="checkbox" name="bypass" value="${id}"><span>${words.leaveOut}<span class="unseen"> ${named(id)}</span></span></label>` : null}</li>`,
  );
  const out = view.attributes.bypassedZones.map(
    (id) => html`<li><span>${fill(words.leftOut, { name: named(id) })}</span></li>`,
  );
  return html`<form class="box push" method="post" action="/set" id="set"><h2>${current === null ? words.setHeading : words.changeHeading}</h2>
${wish === null ? wrong('set-wrong', text) : blockedPart(home, wish, named)}
${rows.length + out.length === 0 ? null : html`<h3>${words.openHeading}</h3><ul class="list dims">${rows}${out}</ul>`}
<div class="modes">${buttons}</div></form>`;
}

/** A lower mode, or less of it, wants a code. */
function codeToSet({ lang }: Home, { mode, zones }: NonNullable<Home['wish']>, text: string): Html {
  const { home: words, frame } = lang.words;
  const kept = zones.map((id) => html`<input type="hidden" name="bypass" value="${id}">`);
  return html`<form class="box push" method="post" action="/set" id="set-again"><h2>${words.changeHeading}: ${words.mode[mode]}</h2><input type="hidden" name="mode" value="${mode}">${kept}${codeField(lang, 'set-code', { said: text, hint: words.setCode })}
<p class="plain-send"><button class="main">${lang.words.code.send}</button></p><p><a class="button" href="/">${frame.toHome}</a></p></form>`;
}

function blockedPart({ lang }: Home, { mode, zones }: NonNullable<Home['wish']>, named: Named): Html {
  const { home: words, no } = lang.words;
  const names = zones.map(named).join(', ');
  return html`<p class="wrong" id="set-wrong" role="alert" tabindex="-1">${no.zones_open} ${names}.</p>
<p><button class="main" name="without" value="${mode}:${zones.join(',')}">${fill(words.withoutThem, { names })}</button></p>`;
}

interface Standing {
  readonly id: string;
  readonly text: string;
  readonly leavable: boolean;
}

/** Everything that stands open or cannot be heard, in the order of the config. */
function standingIn({ view, house, lang }: Home): readonly Standing[] {
  const { isOpen, isLost } = lang.words.home;
  const open: readonly string[] = view.attributes.openZones;
  const bypassed: readonly string[] = view.attributes.bypassedZones;
  return house.zones.flatMap(({ id, type }) => {
    const shown = Object.entries(view.zones).find(([zone]) => zone === id)?.[1];
    const leavable = LEAVABLE.includes(type);
    if (bypassed.includes(id) || shown === undefined) return [];
    if (!shown.online) return [{ id, text: isLost, leavable }];
    return open.includes(id) ? [{ id, text: isOpen, leavable }] : [];
  });
}

function codeForm({ lang, said, view }: Home): Html {
  const { home: words } = lang.words;
  const isSet = view.state !== 'disarmed';
  const text = saidText(lang, said, 'off');
  // In a hurry the state has said it already, and the whole pad should fit.
  const hint = isUrgent(view) ? null : words.offHint;
  const heading = isSet && !isUrgent(view) ? html`<h2>${words.offHeading}</h2>` : null;
  const body = html`${heading}${codeField(lang, 'off-code', { said: text, hint, send: isSet ? words.offSend : words.endSend })}
<p class="plain-send"><button class="main">${isSet ? words.offSend : words.endSend}</button></p>`;
  return html`<form class="${isSet ? 'box push' : ''}" method="post" action="/off" id="off">${body}</form>`;
}

/** Held with script, in two steps without; after it the page is what it was. */
export function helpPart({ words }: Language): Html {
  const { home } = words;
  return html`<section class="box" id="call"><button type="button" class="help scripted-only" aria-describedby="call-how"><span class="fill" aria-hidden="true"></span><span>${home.help}<small>${home.helpHold}</small></span></button>
<p class="hint scripted-only" id="call-how">${home.helpHow}</p>
<details id="call-two"><summary>${home.helpTwo}</summary><form method="post" action="/now"><button class="main">${home.helpSure}</button></form></details></section>`;
}

function lightsPart({ view, lang, house }: Home, named: Named): Html | null {
  const { home: words } = lang.words;
  const lights = house.outputs.filter(({ role }) => role === 'light');
  if (lights.length === 0) return null;
  const rows = lights.map(({ id }) => {
    const is = Object.entries(view.outputs).find(([output]) => output === id)?.[1] ?? 'off';
    const to = is === 'on' ? 'off' : 'on';
    return html`<li><span>${named(id)}: ${is === 'on' ? words.on : words.off}</span><form method="post" action="/lamp"><input type="hidden" name="id" value="${id}"><button name="to" value="${to}">${to === 'on' ? words.lightOn : words.lightOff}<span class="unseen"> ${named(id)}</span></button></form></li>`;
  });
  return html`<section class="box dims" aria-labelledby="lights-h"><h2 id="lights-h">${words.lightsHeading}</h2><ul class="list">${rows}</ul></section>`;
}
