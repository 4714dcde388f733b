import type { ServerResponse } from 'node:http';
import type { Store } from './store.ts';

/** Pages open at once on one desk process. */
const MOST = 256;
/** Changes that come together are one. */
const GATHER_MS = 50;
/** A page that hears nothing for twice this says that it has lost the desk. */
const PING_MS = 5_000;
/** What a page has not read by then it does not read at all. */
const MOST_BEHIND = 64 * 1024;

export interface Streams {
  hasRoom(): boolean;
  /** `isStill`: its operator is still signed in. */
  open(raw: ServerResponse, isStill: () => Promise<boolean>): void;
  close(): void;
}

/** Tells open pages that something has changed; what, they ask for themselves, each with its own right to see it. */
export function createStreams(store: Store, now: () => number): Streams {
  const pages = new Map<ServerResponse, () => Promise<boolean>>();
  let gathering: NodeJS.Timeout | null = null;

  const write = (raw: ServerResponse, event: string, data: string): void => {
    if (raw.writableLength > MOST_BEHIND) drop(raw);
    else raw.write(`event: ${event}\ndata: ${data}\n\n`);
  };
  function drop(raw: ServerResponse): void {
    pages.delete(raw);
    raw.destroy();
  }

  function tell(): void {
    gathering = null;
    for (const raw of [...pages.keys()]) write(raw, 'change', '1');
  }
  const unwatch = store.watch(() => {
    gathering ??= setTimeout(tell, GATHER_MS);
  });

  async function look(raw: ServerResponse, isStill: () => Promise<boolean>): Promise<void> {
    // A store that cannot say is no reason to send anybody away.
    const still = await isStill().catch(() => true);
    write(raw, still ? 'ping' : 'over', String(now()));
    if (still) return;
    pages.delete(raw);
    raw.end();
  }
  const pinging = setInterval(() => {
    for (const [raw, isStill] of [...pages]) void look(raw, isStill);
  }, PING_MS);

  return {
    hasRoom: () => pages.size < MOST,
    open(raw, isStill) {
      pages.set(raw, isStill);
      raw.on('close', () => pages.delete(raw));
      raw.on('error', () => drop(raw));
      raw.write('retry: 2000\n\n');
      write(raw, 'ping', String(now()));
    },
    close() {
      unwatch();
      clearInterval(pinging);
      if (gathering !== null) clearTimeout(gathering);
      for (const raw of [...pages.keys()]) raw.end();
      pages.clear();
    },
  };
}
