import type { JsonObject } from '../base/json.ts';
import type { ProvisionAct, ProvisionDone, Provisioning } from '../hub/ports.ts';
import type { Installer } from '../provision/job.ts';
import type { Referral } from '../provision/referral.ts';
import type { Outcome } from './world.ts';

/** One request to the running hub: hands over items as they come, then says how it ended. */
export type FittingHandler = (
  request: JsonObject,
  item: (item: JsonObject) => void,
  gone: AbortSignal,
) => Outcome | Promise<Outcome>;

/** How what came over the socket is read. */
export interface Reading {
  readonly act: (value: unknown) => ProvisionAct | null;
  readonly installer: (value: unknown) => Installer | null;
  readonly referral: (
    value: unknown,
  ) => { readonly ok: true; readonly referral: Referral } | { readonly ok: false; readonly why: string };
}

/** Made of plain values only, so that it goes through JSON as it is. */
const asJson = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** The hour over the control socket: `provision-view`, `-watch`, `-heard`, `-start` and `-act`. */
export function provisionHandlers(
  provisioning: Provisioning,
  reading: Reading,
): readonly (readonly [string, FittingHandler])[] {
  const answer = (result: ProvisionDone, item: (item: JsonObject) => void): Outcome => {
    if (result.ok) {
      for (const secret of result.secrets ?? []) item(asJson({ secret }));
      return { ok: true };
    }
    for (const blocker of result.blockers ?? []) item(asJson({ blocker }));
    return { ok: false, why: result.why };
  };
  const show = (item: (item: JsonObject) => void): void => {
    const view = provisioning.view();
    item({ view: view === null ? null : asJson(view) });
  };
  return [
    [
      'provision-view',
      (_request, item) => {
        show(item);
        return { ok: true };
      },
    ],
    [
      'provision-watch',
      async (_request, item, gone) => {
        const over = Promise.withResolvers<void>();
        gone.addEventListener('abort', () => over.resolve());
        const stop = provisioning.watch(() => show(item));
        show(item);
        await over.promise;
        stop();
        return { ok: true };
      },
    ],
    [
      'provision-heard',
      (_request, item) => {
        for (const one of provisioning.heard()) item({ ...one });
        return { ok: true };
      },
    ],
    [
      'provision-start',
      async (request, item) => {
        const read = reading.referral(request['referral']);
        if (!read.ok) return read;
        const installer = reading.installer(request['installer']);
        if (installer === null) return { ok: false, why: 'it does not say who fits' };
        return answer(await provisioning.start(read.referral, installer), item);
      },
    ],
    [
      'provision-act',
      async (request, item) => {
        const act = reading.act(request['ask']);
        if (act === null) return { ok: false, why: 'this is nothing that can be done in the hour; look at its words' };
        return answer(await provisioning.act(act), item);
      },
    ],
  ];
}
