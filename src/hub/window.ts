import type { Answer, Order } from '../alarm/events.ts';
import type { OutputId, SourceId } from '../base/brand.ts';
import type { LocalNews, LocalTelling, LocalView, SavedParts, Window, Wish } from './ports.ts';

/** Orders of the page and of integrations that wait for an answer at once; calls for help are not counted. */
const MOST_CALLS = 64;
/** Parts kept for others. */
const PART = 'kept:';

/** The window with the side that faces the hub. */
export interface HubWindow {
  readonly window: Window;
  /** The answer to an order that came in by the window. */
  answered(call: number, answer: Answer): void;
  tell(news: LocalNews): void;
  /** Parts given to keep since the last time, by their names in the journal. */
  toSave(): SavedParts;
}

export interface WindowNeeds {
  readonly restored: SavedParts | null;
  readonly view: () => LocalView;
  readonly tellings: () => readonly LocalTelling[];
  readonly light: (output: OutputId, to: 'on' | 'off') => 'told' | 'unknown';
  readonly take: (order: Omit<Order, 'token'>, code: string | null) => void;
  /** Something waits in `toSave`; `done` is called when the journal has answered. */
  readonly save: (done: () => void) => void;
}

export function createWindow({ restored, view, tellings, light, take, save }: WindowNeeds): HubWindow {
  const listeners = new Set<(news: LocalNews) => void>();
  const calls = new Map<number, (answer: Answer) => void>();
  /** Calls for help that wait: another one from the same source while they do is the same call. */
  const helping = new Map<SourceId, Promise<Answer>>();
  const kept = new Map<string, string>();
  let unsaved: Record<string, string> = {};
  let nextCall = 1;
  for (const [name, text] of Object.entries(restored ?? {})) {
    if (name.startsWith(PART)) kept.set(name.slice(PART.length), text);
  }

  function call({ source, ask, code, vouched, id }: Wish): Promise<Answer> {
    const number = nextCall++;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    calls.set(number, resolve);
    const replyTo = { via: 'call', call: number } as const;
    const order = { source, replyTo, id, hasCode: code !== null, ask, ...(vouched === null ? {} : { vouched }) };
    take(order, code);
    return promise;
  }

  function help(wish: Wish): Promise<Answer> {
    const waiting = helping.get(wish.source);
    if (waiting !== undefined) return waiting;
    const answer = call({ ...wish, id: null }).finally(() => helping.delete(wish.source));
    helping.set(wish.source, answer);
    return answer;
  }

  return {
    window: {
      view,
      tellings,
      light,
      watch(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      order(wish) {
        if (wish.ask.action === 'panic') return help(wish);
        return calls.size - helping.size >= MOST_CALLS ? null : call(wish);
      },
      kept: (name) => kept.get(name) ?? null,
      keep(name, text) {
        kept.set(name, text);
        unsaved[`${PART}${name}`] = text;
        return new Promise((done) => save(done));
      },
    },
    answered(number, answer) {
      const waiting = calls.get(number);
      calls.delete(number);
      waiting?.(answer);
    },
    tell(news) {
      for (const listener of listeners) listener(news);
    },
    toSave() {
      const parts = unsaved;
      unsaved = {};
      return parts;
    },
  };
}
