import { type Html, html } from '../../base/html.ts';
import type { ProvisionView } from '../../hub/ports.ts';
import { type Told, toldAt } from './layout.ts';

/** What is proposed for this home, until when, and what has to be confirmed first. */
export function planBody({ job, proposal, deadlineIs }: ProvisionView, told: Told | null): Html {
  const { deadline, zones, outputs, items, order, checks, mind } = proposal;
  const due = { ahead: '', today: ' That is today.', overdue: ' That day is past.' }[deadlineIs];
  const kit = [
    ...zones.map(({ where, kit: what, why }) => ({ where, what, why })),
    ...outputs,
    ...items.map(({ what, where, why }) => ({ what, where, why })),
  ];
  const rows = kit.map(
    ({ what, where, why }) =>
      html`<li><span><strong>${what}</strong>: ${where}<br><span class="hint">${why}</span></span></li>`,
  );
  return html`<section class="box"><h2>Until when</h2><p><strong>${deadline.day}</strong>.${due}</p><p class="hint">${deadline.rule}.</p>
${mind.length === 0 ? null : html`<h3>Bear in mind</h3><ul>${mind.map((one) => html`<li>${one}</li>`)}</ul>`}</section>
<section class="box"><h2>To confirm before a tool is out</h2>${checks.map((check) => checkPart(check, job.checks[check.id], told))}</section>
<section class="box"><h2>In this order</h2><ol>${order.map((one) => html`<li>${one}</li>`)}</ol></section>
<details class="box" open><summary>What is proposed (${kit.length})</summary><ul class="list">${rows}</ul></details>`;
}

type Check = ProvisionView['proposal']['checks'][number];
type Answer = ProvisionView['job']['checks'][Check['id']];

function checkPart({ id, what, why }: Check, answer: Answer, told: Told | null): Html {
  const said =
    answer === undefined
      ? null
      : html`<p class="hint">${answer.answer === 'yes' ? '✓ Confirmed.' : '✗ It is not so. The work cannot go on.'} ${answer.note}</p>`;
  return html`<form method="post" action="/install" class="stack check-form" id="check-${id}"><input type="hidden" name="act" value="check"><input type="hidden" name="check" value="${id}">
<p><strong>${what}</strong><br><span class="hint">${why}</span></p>${said}${toldAt(told, `check-${id}`)}
<label for="note-${id}">Note for the coordinator</label><input id="note-${id}" type="text" name="note" maxlength="400" autocomplete="off" value="${answer?.note ?? ''}">
<div class="line"><button name="answer" value="yes" class="main">Yes<span class="unseen">: ${what}</span></button><button name="answer" value="no">No<span class="unseen">: ${what}</span></button></div></form>`;
}
