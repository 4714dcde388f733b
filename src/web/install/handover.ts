import { type Html, html } from '../../base/html.ts';
import type { ProvisionView } from '../../hub/ports.ts';
import { agencyPapers, herPapers, type PaperName } from '../../papers/names.ts';
import { partOf, type Told, toldAt, typedAt } from './layout.ts';

const NAMES: Readonly<Record<PaperName, string>> = {
  'copy.pdf': 'Her copy, to print',
  'copy.json': 'Her copy, signed',
  'advice.pdf': 'Home and garden, to print',
  'certificate.pdf': 'Certificate, to print',
  'certificate.json': 'Certificate, signed',
  'feedback.pdf': 'Feedback sheet for the coordinator',
};

/** What blocks it; then the papers; then the end. */
export function handoverBody({ missing, job }: ProvisionView, told: Told | null): Html {
  const blocking = missing.filter(({ waived }) => waived === null);
  const waived = missing.filter(({ waived: reason }) => reason !== null);
  return html`${blocking.length === 0 ? html`<p class="box" role="status">✓ Nothing blocks the handover.</p>` : html`<section class="box"><h2>This blocks it (${blocking.length})</h2><ul class="list">${blocking.map((one, index) => blockerPart(one, index, told))}</ul></section>`}
${waived.length === 0 ? null : html`<section class="box"><h2>Let pass, with the reason on the certificate</h2><ul class="list">${waived.map(waivedPart)}</ul></section>`}
${papersPart(job, blocking.length, told)}${job.papersAt === null ? null : finishPart(told)}`;
}

type Missing = ProvisionView['missing'][number];

function blockerPart({ id, step, what, waivable }: Missing, index: number, told: Told | null): Html {
  const part = partOf(step);
  const link = part === null ? null : html` <a href="${part.to}">${part.name}</a>`;
  const waive =
    waivable === 'no'
      ? null
      : html`<details${told?.at === id ? html` open` : null}><summary>Let it pass<span class="unseen">: ${what}</span></summary><form method="post" action="/install/handover" class="stack"><input type="hidden" name="act" value="waive"><input type="hidden" name="what" value="${id}">${toldAt(told, id)}<label for="reason-${index}">Why? It stands on the certificate.</label><input id="reason-${index}" type="text" name="reason" maxlength="400" autocomplete="off" value="${typedAt(told, id, 'reason')}"><button>Let it pass</button></form></details>`;
  return html`<li><span>${sentence(what)}${link}</span>${waive}</li>`;
}

/** Its parts are told in lines of a terminal as well, which begin small. */
const sentence = (what: string): string =>
  `${what.slice(0, 1).toUpperCase()}${what.slice(1)}${what.endsWith('.') ? '' : '.'}`;

const waivedPart = ({ id, what, waived }: Missing): Html =>
  html`<li><span>${what}: ${waived ?? ''}</span><form method="post" action="/install/handover"><input type="hidden" name="act" value="withdraw"><input type="hidden" name="what" value="${id}"><button>Take back<span class="unseen">: ${what}</span></button></form></li>`;

function papersPart({ papersAt }: ProvisionView['job'], blocking: number, told: Told | null): Html {
  const make = html`<form method="post" action="/install/handover"><input type="hidden" name="act" value="papers">${toldAt(told, 'papers')}<button class="main"${blocking === 0 ? null : html` disabled`}>Make the papers</button></form>`;
  if (papersAt === null) return html`<section class="box" id="papers"><h2>Papers</h2>${make}</section>`;
  const links = (names: readonly PaperName[]): Html =>
    html`<ul class="list">${names.map((name) => html`<li><a href="/install/paper/${name}" download="${name}">${NAMES[name]}</a></li>`)}</ul>`;
  return html`<section class="box" id="papers"><h2>For her</h2><p>No code, no contact, no address stands on these.</p>${links(herPapers)}<h2>For the agency</h2><p>Take these with you. They are wiped here when you finish.</p>${links(agencyPapers)}</section>`;
}

const finishPart = (told: Told | null): Html =>
  html`<form method="post" action="/install/handover" class="box stack" id="finish"><h2>Finish</h2><p>Your code and sessions end. The referral is wiped. There is no way back.</p>${toldAt(told, 'finish')}<input type="hidden" name="act" value="finish"><label class="check"><input type="checkbox" name="sure" value="yes" required>The papers are in safe hands.</label><button class="main">Finish and sign me out</button></form>`;
