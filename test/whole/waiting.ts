/** Waits for conditions. Whoever changes something calls `look`. */
export interface Waiting {
  until(what: string, holds: () => boolean): Promise<void>;
  look(): void;
}

/** Nothing real takes this long; a wait that does is given up, and tells what was there instead. */
const PATIENCE_MS = 30_000;

export function createWaiting(describe: () => string): Waiting {
  const waits = new Set<{ readonly holds: () => boolean; readonly done: () => void }>();
  return {
    until(what, holds) {
      if (holds()) return Promise.resolve();
      const given = new Error(`waited in vain for ${what}`);
      return new Promise((resolve, reject) => {
        const patience = setTimeout(() => {
          waits.delete(wait);
          given.message += `; ${describe()}`;
          reject(given);
        }, PATIENCE_MS);
        const wait = {
          holds,
          done: () => {
            clearTimeout(patience);
            resolve();
          },
        };
        waits.add(wait);
      });
    },
    look() {
      for (const wait of [...waits]) {
        if (!wait.holds()) continue;
        waits.delete(wait);
        wait.done();
      }
    },
  };
}

/** For what tells nobody of its changes, a file for one: looks again and again. */
export async function polled(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > giveUp) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
