import { type Html, html } from '../../base/html.ts';
import type { Language } from '../words/catalogue.ts';
import { codeField, wrong } from './frame.ts';
import { type Said, saidText } from './said.ts';

/** Who is asked for a code, and why. */
/** The whole of it is one form; what is left of a call for help that nobody heard stands above it. */
export function enterBody(lang: Language, said: Said | null): Html {
  const { enter } = lang.words;
  return html`<h1>${enter.heading}</h1>${wrong('call-wrong', saidText(lang, said, 'call'))}<form class="box" method="post" action="/enter" id="enter"><label class="check"><input type="checkbox" name="keep" value="yes">${enter.keep}</label>
<p class="kept"><label for="phone">${enter.phone}</label><input id="phone" type="text" name="phone" maxlength="40" autocomplete="off" value="${enter.myPhone}" aria-describedby="phone-hint"><span class="hint" id="phone-hint">${enter.phoneHint}</span></p>
${codeField(lang, 'enter-code', { said: saidText(lang, said, 'enter'), send: enter.open })}
<p class="plain-send"><button class="main">${enter.open}</button></p><p><button class="wide" name="off" value="yes">${enter.openAndOff}</button></p></form>
<details class="box" id="danger"><summary>${enter.help}</summary><p>${enter.helpHow}</p></details>`;
}

/** Somebody is known, and what they asked for needs their code once more. */
export function againBody(lang: Language, back: string, said: Said | null): Html {
  const { frame } = lang.words;
  return html`<h1>${frame.sayCode}</h1><form class="box" method="post" action="/again" id="again"><input type="hidden" name="back" value="${back}"><input type="hidden" name="at" value="again"><p>${frame.sayCodeWhy}</p>${codeField(lang, 'again-code', { said: saidText(lang, said, 'again') })}<p class="plain-send"><button class="main">${lang.words.code.send}</button></p></form>`;
}

/** A few words and the way back. */
export function saidBody({ words }: Language, text: string): Html {
  return html`<section class="box"><p>${text}</p><p><a href="/">${words.frame.toHome}</a></p></section><details class="box" id="danger"><summary>${words.enter.help}</summary><p>${words.enter.helpHow}</p></details>`;
}
