import { type Html, html } from '../../base/html.ts';
import { fill, type Language } from '../words/catalogue.ts';
import type { Demo } from './demo.ts';

/** Plays the devices of a house that is pretend, and says so. */
export function demoPart({ words }: Language, demo: Demo): Html {
  const { demo: say } = words;
  const button = (id: string, act: string, text: string): Html =>
    html`<button name="does" value="${id}:${act}">${text}</button>`;
  const rows = demo.devices.map(
    ({ id, name, acts }) => html`<li class="row">${acts.map((act) => button(id, act, fill(say[act], { name })))}</li>`,
  );
  // The front door of the steps; whatever comes first in the config of another house.
  const [first, ...others] = rows;
  return html`<form class="box try" method="post" action="/try" id="try"><h2>${say.heading}</h2><p>${say.what}</p>
<ol class="steps"><li>${say.steps.shut}</li><li>${say.steps.arm}</li><li>${say.steps.trip}</li><li>${say.steps.end}</li></ol>
<ul class="list"><li class="row">${button('all', 'shut', say.shutAll)}</li>${first ?? null}</ul>
<details id="try-more"><summary>${say.more}</summary><ul class="list">${others}</ul></details></form>`;
}
