import { type Html, html } from '../../base/html.ts';
import { fill, type Language } from '../words/catalogue.ts';
import type { Demo } from './demo.ts';

/** Plays the devices of a house that is pretend, and says so. */
export function demoPart({ words }: Language, demo: Demo): Html {
  const { demo: say } = words;
  const button = (id: string, act: string, text: string): Html =>
    html`<button name="does" value="${id}:${act}">${text}</button>`;
  const acts = demo.devices.flatMap(({ id, name, acts: each }) =>
    each.map((act) => button(id, act, fill(say[act], { name }))),
  );
  return html`<form class="box try" method="post" action="/try" id="try"><h2>${say.heading}</h2><p>${say.what}</p>
<p>${say.steps.shut}<br>${say.steps.arm}<br>${say.steps.trip}<br>${say.steps.end}</p>
<p>${button('all', 'shut', say.shutAll)}</p><div class="row">${acts}</div></form>`;
}
