import { exitCodes } from './cli/exit.ts';

/** systemd asks for less than this; what has not ended by then is left as it is. */
const STOP_MS = 4_500;

/** How this process comes to its end. */
export interface End {
  readonly asked: Promise<void>;
  /** Ends it as a signal would, with a status that asks for another start. A signal meanwhile has the last word. */
  again(): void;
  status(): number;
}

/** Listened for from the first moment: a stop in the middle of the start ends it in order, and in time. */
export function endAsked(): End {
  const { promise, resolve } = Promise.withResolvers<void>();
  let status: number = exitCodes.done;
  let ending = false;
  const endWith = (wanted: number): void => {
    status = wanted;
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(status), STOP_MS).unref();
    resolve();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => endWith(exitCodes.done));
  return {
    asked: promise,
    again: () => {
      if (!ending) endWith(exitCodes.again);
    },
    status: () => status,
  };
}
