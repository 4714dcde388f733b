import { html } from '../../base/html.ts';
import { advice, adviceIntro, adviceTitle } from '../../papers/advice.ts';
import type { PageRoute } from './visit.ts';

/** What helps around a home. In English alone; the page says so to a screen reader in another language. */
export const tipsPages: readonly PageRoute[] = [
  {
    method: 'GET',
    url: '/tips',
    leave: 'signed in',
    run(_work, visit) {
      const parts = advice.map(
        ({ about, tips }) =>
          html`<section class="box"><h2>${about}</h2><ul>${tips.map((tip) => html`<li>${tip}</li>`)}</ul></section>`,
      );
      return visit.show({
        here: '/tips',
        body: html`<div lang="en" dir="ltr" class="hour"><h1>${adviceTitle}</h1><p>${adviceIntro}</p>${parts}</div>`,
      });
    },
  },
];
