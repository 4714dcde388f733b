import { type Html, html } from '../../base/html.ts';
import type { ProvisionView } from '../../hub/ports.ts';
import { type Told, toldAt, typedAt } from './layout.ts';

/** Who is told, each proven by their own reply; and her own code. */
export function contactsBody({ house }: ProvisionView, told: Told | null): Html {
  const { contacts, residents } = house;
  const rows = contacts.map(
    ({ id, proven, asked }) =>
      html`<li id="contact-${id}"><span><strong>${id}</strong> <span role="status">${proven ? '✓ has answered YES' : asked ? 'asked; the answer is waited for' : 'not asked yet'}</span></span>${proven ? null : html`<form method="post" action="/install/contacts"><input type="hidden" name="act" value="prove"><input type="hidden" name="contact" value="${id}"><button>${asked ? 'Ask again' : 'Ask'}<span class="unseen">: ${id}</span></button></form>`}${toldAt(told, `prove-${id}`)}</li>`,
  );
  const count = contacts.length;
  return html`<section class="box"><h2>Who is told</h2><p>Each gets a text and answers YES. Until then nobody knows whether the number is right.</p>
${rows.length === 0 ? html`<p>Nobody yet.</p>` : html`<ul class="list">${rows}</ul>`}</section>
<form method="post" action="/install/contacts" class="box stack" id="add-${count}"><h2>Add one</h2>${toldAt(told, 'add')}<input type="hidden" name="act" value="add">
<label for="contact-id-${count}">A short name</label><p class="hint" id="contact-id-hint">Small letters, such as sister. She sees it, and it is on no paper of hers.</p><input id="contact-id-${count}" type="text" name="called" maxlength="64" autocomplete="off" value="${typedAt(told, 'add', 'called')}" aria-describedby="contact-id-hint">
<label for="contact-phone-${count}">Telephone</label><p class="hint" id="contact-phone-hint">With the country, as +44 or +48.</p><input id="contact-phone-${count}" type="tel" name="phone" maxlength="40" autocomplete="off" value="${typedAt(told, 'add', 'phone')}" aria-describedby="contact-phone-hint">
<button>Add</button></form>
${house.restart === 'needed' ? html`<form method="post" action="/install/contacts" class="box" id="restart"><input type="hidden" name="act" value="restart"><p>Who was added counts after a restart.</p>${toldAt(told, 'restart')}<button class="main">Restart now</button></form>` : null}
<section class="box"><h2>Her own code</h2>${residents === 0 ? html`<p>She has no code yet. Leave her alone with the keypad or the terminal: <code>lantern users add --data DIR --name NAME --role resident</code>. It is hers alone, and no business of yours.</p>` : html`<p>✓ ${residents === 1 ? 'One person' : `${residents} people`} can arm and end an alarm.</p>`}</section>`;
}
