import { type Html, html } from '../../base/html.ts';
import type { ProvisionView } from '../../hub/ports.ts';
import { type Told, toldAt } from './layout.ts';

/** What is fitted with a screwdriver, noted as fitted or not. */
export function fittedBody({ job, proposal }: ProvisionView, told: Told | null): Html {
  const proposed = proposal.items.map((item) => ({ ...item, id: item.id as string }));
  const others = job.items
    .filter(({ item }) => !proposed.some(({ id }) => id === item))
    .map(({ item, where }) => ({ id: item, what: item, where, why: '' }));
  const known = (id: string) => job.items.find(({ item }) => item === id);
  return html`<p>Write no name and no number: this stands on the papers.</p>
${[...proposed, ...others].map((item, index) => itemPart(item, known(item.id), index, told))}
<form method="post" action="/install/fitted" class="box stack" id="more-${others.length}"><h2>Something else</h2>${toldAt(told, 'more')}
<input type="hidden" name="act" value="more">
<label for="more-item-${others.length}">What</label><input id="more-item-${others.length}" type="text" name="item" maxlength="64" autocomplete="off">
<label for="more-where-${others.length}">Where</label><input id="more-where-${others.length}" type="text" name="where" maxlength="200" autocomplete="off">
<button>Add</button></form>`;
}

interface Item {
  readonly id: string;
  readonly what: string;
  readonly where: string;
  readonly why: string;
}

type Noted = ProvisionView['job']['items'][number];

function itemPart({ id, what, where, why }: Item, noted: Noted | undefined, index: number, told: Told | null): Html {
  const said =
    noted === undefined
      ? null
      : html`<p class="hint">${noted.is === 'fitted' ? '✓ Fitted.' : '✗ Not fitted.'} ${noted.note}</p>`;
  return html`<form method="post" action="/install/fitted" class="box stack" id="item-${index}"><h2>${what}</h2>${why === '' ? null : html`<p class="hint">${why}</p>`}${said}${toldAt(told, id)}
<input type="hidden" name="act" value="item"><input type="hidden" name="item" value="${id}">
<label for="where-${index}">Where</label><input id="where-${index}" type="text" name="where" maxlength="200" autocomplete="off" value="${noted?.where ?? where}">
<label for="why-${index}">Note, or why not</label><input id="why-${index}" type="text" name="note" maxlength="400" autocomplete="off" value="${noted?.note ?? ''}">
<div class="line"><button name="is" value="fitted" class="main">Fitted<span class="unseen">: ${what}</span></button><button name="is" value="not-fitted">Not fitted<span class="unseen">: ${what}</span></button></div></form>`;
}
