import { type Html, html } from '../../base/html.ts';
import type { ProvisionView } from '../../hub/ports.ts';
import type { Step } from '../../provision/blockers.ts';
import { wrong } from '../page/frame.ts';
import type { PageWork, Visit, Went } from '../page/visit.ts';

// English alone: whoever fits reads it, not she. `lang` says so to a screen reader on a page in another language.

/** One page of the hour. */
export interface Part {
  readonly to: string;
  readonly name: string;
  /** What blocks the handover and is mended there. */
  readonly steps: readonly Step[];
}

const PARTS: readonly Part[] = [
  { to: '/install', name: 'Plan', steps: ['checks'] },
  { to: '/install/fitted', name: 'Locks', steps: ['items'] },
  { to: '/install/devices', name: 'Devices', steps: ['devices'] },
  { to: '/install/contacts', name: 'People', steps: ['contacts', 'residents'] },
  { to: '/install/secrets', name: 'Passwords', steps: ['secrets'] },
  { to: '/install/walk', name: 'Walk', steps: ['walk', 'paths'] },
  { to: '/install/handover', name: 'Handover', steps: ['panel'] },
];

/** Where a step is mended. */
export const partOf = (step: Step): Part | null => PARTS.find(({ steps }) => steps.includes(step)) ?? null;

/** What was refused, to be said beside the form it came from. */
export interface Told {
  /** Name of the form. */
  readonly at: string;
  readonly why: string;
  /** What was typed there, to be looked at again; left out: nothing. */
  readonly typed?: URLSearchParams;
}

/** What was typed into a field of a form that was refused. */
export const typedAt = (told: Told | null, at: string, name: string): string =>
  told?.at === at ? (told.typed?.get(name) ?? '') : '';

/** What names a form, as an id of HTML. */
const idOf = (at: string): string => `${at.replace(/[^\w-]+/g, '_')}-wrong`;

/** The sentence for one form; null: nothing was refused there. */
export const toldAt = (told: Told | null, at: string): Html | null =>
  wrong(idOf(at), told?.at === at ? told.why : null);

/** What was refused of a form that is not there, or not any more: above the page. */
function toldAbove(told: Told | null | undefined, body: Html): Html | null {
  if (told === null || told === undefined || told.why === '' || body.html.includes(`id="${idOf(told.at)}"`))
    return null;
  return wrong('above-wrong', told.why);
}

export interface InstallPage {
  readonly here: string;
  readonly heading: string;
  readonly body: Html;
  /** Asked for again every few seconds: it shows what the house does. */
  readonly live?: 'live';
  readonly told?: Told | null;
}

/** Shows a page of the hour. What was refused is shown with a status that says so. */
export function shown(work: PageWork, visit: Visit, page: InstallPage): Went {
  const { here, heading, body, live, told } = page;
  const view = work.fitting?.provisioning.view() ?? null;
  const status = told === undefined || told === null ? 200 : 422;
  const whole = html`<div lang="en" dir="ltr" class="hour"${live === 'live' ? html` data-often` : null}>
${leftPart(work)}${view === null ? null : progressPart(view, here)}
<h1>${heading}</h1>${toldAbove(told, body)}${body}
${live === 'live' ? html`<noscript><p><a class="button" href="${here}">Look again</a></p></noscript>` : null}</div>`;
  // What was refused stays until somebody has read it: the page renews itself again after the next step.
  return visit.show(live === 'live' && status === 200 ? { here, body: whole, live } : { here, body: whole }, status);
}

/** How long it is open for installers, to the minute. */
function leftPart({ window, clock }: PageWork): Html | null {
  const until = window.view().installerUntil;
  if (until === null) return null;
  const minutes = Math.max(0, Math.ceil((Date.parse(until) - clock.wall()) / 60_000));
  return html`<p class="note" id="time-left">This closes by itself in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.</p>`;
}

function progressPart({ missing, job }: ProvisionView, here: string): Html {
  const items = PARTS.map(({ to, name, steps }, index) => {
    const left = missing.filter(({ step, waived }) => waived === null && steps.includes(step)).length;
    const done = left === 0 && (to !== '/install/handover' || job.papersAt !== null);
    const state = done ? '✓' : left === 0 ? '' : String(left);
    const spoken = done ? 'done' : `${left} to do`;
    return html`<li><a href="${to}"${to === here ? html` aria-current="step"` : null}>${index + 1}. ${name} <span aria-hidden="true">${state}</span><span class="unseen">(${spoken})</span></a></li>`;
  });
  return html`<nav aria-label="Steps" class="steps"><ol>${items}</ol></nav>`;
}

/** Milliseconds since 1970 as the time of day where the house is: `15:42:07`. */
export const timeOfDay = (ms: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' }).format(ms);
