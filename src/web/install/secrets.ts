import { type Html, html } from '../../base/html.ts';
import type { ProvisionDone, ProvisionView } from '../../hub/ports.ts';
import { type Told, toldAt } from './layout.ts';

type Shown = NonNullable<Extract<ProvisionDone, { ok: true }>['secrets']>;

/** Passwords of the broker, made new. `made` shows them this once. */
export function secretsBody({ house, job }: ProvisionView, made: Shown, told: Told | null): Html {
  const { brokerUsers } = house;
  if (brokerUsers.length === 0) return html`<p class="box">This house has no passwords that anybody knew before.</p>`;
  const rows = made.map(
    ({ name, password }) => html`<tr><th scope="row">${name}</th><td><code>${password}</code></td></tr>`,
  );
  const shown =
    made.length === 0
      ? null
      : html`<section class="box" role="status"><h2>Type these in now</h2><p>They are shown this once. They count after a restart.</p><table><thead><tr><th scope="col">Who</th><th scope="col">Password</th></tr></thead><tbody>${rows}</tbody></table></section>
<form method="post" action="/install/devices" class="box"><input type="hidden" name="act" value="restart"><button class="main">Restart now</button></form>`;
  return html`${shown}<form method="post" action="/install/secrets" class="box stack" id="renew"><input type="hidden" name="act" value="renew"><p>${job.secretsAt === null ? `Known before today: ${brokerUsers.join(', ')}.` : '✓ Made new today.'} What was walked before counts no more once they are new.</p>${toldAt(told, 'renew')}<button${job.secretsAt === null ? html` class="main"` : null}>Make them new</button></form>`;
}
