import { type Html, html } from '../../base/html.ts';
import type { HeardDevice, ProvisionView } from '../../hub/ports.ts';
import { type Told, toldAt, typedAt } from './layout.ts';
import { CHOICES, choiceFor } from './pictures.ts';

/** Devices that are heard and not learnt are shown up to so many, the one heard last first. */
const MOST_HEARD = 20;

/** What is heard now, to be named by room and given a zone; and what was learnt. */
export function devicesBody({ job, house }: ProvisionView, heard: readonly HeardDevice[], told: Told | null): Html {
  const last = heard.slice(-MOST_HEARD).reverse();
  const learnt = job.devices.map(({ id, name, type, signal, battery }) => {
    const zone = house.zones.find((one) => one.id === id);
    const state = zone === undefined ? 'counts after the restart' : zone.lost ? 'not heard any more' : 'heard';
    return html`<li><span><strong>${name}</strong> <span class="hint">${type ?? 'no zone'}, ${id}</span></span><span class="hint">${heardText(zone?.signal ?? signal, zone?.battery ?? battery)}; ${state}</span></li>`;
  });
  return html`${restartPart(house, told)}
<section class="box" aria-labelledby="heard-h"><h2 id="heard-h">Heard now, and not learnt</h2><p>Make one speak: open the door, press the button, walk past. It then stands at the top.</p>
<p id="heard-count" role="status">${heard.length === 0 ? 'Nothing is heard yet.' : `${heard.length} heard.`}</p></section>
${last.map((device) => heardPart(device, told))}
<section class="box"><h2>Learnt (${job.devices.length})</h2>${learnt.length === 0 ? html`<p>None yet.</p>` : html`<ul class="list">${learnt}</ul>`}</section>`;
}

const heardText = (signal: string | null, battery: number | null): string =>
  `signal ${signal ?? 'not told'}, battery ${battery === null ? 'not told' : `${battery} %`}`;

function restartPart({ restart }: ProvisionView['house'], told: Told | null): Html | null {
  if (restart === 'not needed') return told?.at === 'restart' ? toldAt(told, 'restart') : null;
  return html`<form method="post" action="/install/devices" class="box" id="restart"><input type="hidden" name="act" value="restart"><p>What was learnt counts after a restart. It takes a few seconds, and the hour goes on where it was.</p>${toldAt(told, 'restart')}<button class="main">Restart now</button></form>`;
}

/** One form for each. Its fields are named by what is heard, so that a page which renews itself keeps what was typed. */
function heardPart(
  { topic, address, id, said, zone, signal, battery, messages }: HeardDevice,
  told: Told | null,
): Html {
  const key = keyOf(topic, address);
  const picked = typedAt(told, key, 'choice') || choiceFor(zone)?.id;
  const choices = CHOICES.map(
    ({ id: choice, name, means, picture }) =>
      html`<label class="pick"><input type="radio" name="choice" value="${choice}"${choice === picked ? html` checked` : null}>${picture}<span><strong>${name}</strong><br><span class="hint">${means}</span></span></label>`,
  );
  const isTold = told?.at === key;
  return html`<details class="box" id="${key}"${isTold ? html` open` : null}><summary>${id} <span class="hint">${said}; ${heardText(signal, battery)}; ${messages} ${messages === 1 ? 'message' : 'messages'}</span></summary>
<form method="post" action="/install/devices" class="stack"><input type="hidden" name="act" value="learn"><input type="hidden" name="topic" value="${topic}">${address === null ? null : html`<input type="hidden" name="address" value="${address}">`}<input type="hidden" name="as" value="${id}">${toldAt(told, key)}
<label for="${key}-name">Name, with the room, as she would say it</label><input id="${key}-name" type="text" name="name" maxlength="64" autocomplete="off" value="${typedAt(told, key, 'name')}"${isTold ? html` aria-invalid="true" aria-describedby="${key}-wrong"` : null}>
<fieldset><legend>What does it look at?</legend><div class="picks">${choices}</div></fieldset>
<button class="main">Learn this one</button></form></details>`;
}

/** One device among those that are heard, as an id of HTML. */
export const keyOf = (topic: string, address: string | null): string =>
  `heard-${Buffer.from(`${topic} ${address ?? ''}`).toString('base64url')}`;
