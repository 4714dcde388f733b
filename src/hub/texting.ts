import { compose } from '../act/wording.ts';
import type { ContactId, ZoneId } from '../base/brand.ts';
import { hours, type Instant, type WallTime, wallTime } from '../base/time.ts';
import type { EscalationEvent, FetchLook, TextOrder } from '../escalate/events.ts';
import type { PathId } from '../escalate/plan.ts';
import type { OutgoingText, SendResult, TextPath } from './ports.ts';

export interface Texting {
  /** Hands it over as words, or as a ring where that is what it is. */
  send(text: TextOrder, path: PathId): void;
  find(text: TextOrder, path: PathId, since: Instant): void;
  askStatus(text: TextOrder['id'], path: PathId, sid: string): void;
  fetch(path: PathId, look: FetchLook): void;
  /** The words of a text, as they would leave. */
  words(text: TextOrder): string;
  /** From now on a path that knows that something came in is fetched from at once. */
  watch(): void;
}

export interface TextingNeeds {
  readonly paths: readonly TextPath[];
  readonly phones: ReadonlyMap<ContactId, string>;
  readonly neverContact: ReadonlySet<string>;
  readonly names: ReadonlyMap<ZoneId, string>;
  readonly wallAt: (at: Instant) => WallTime;
  readonly wall: () => WallTime;
  readonly post: (event: EscalationEvent) => void;
}

/** Replies are looked for this far back; what was seen before is known by its id. */
const LOOK_BACK = hours(24);

/** Carries texts between the room that decides and the paths that send; here, and only here, a contact gets a number. */
export function createTexting(needs: TextingNeeds): Texting {
  const { phones, neverContact, post } = needs;
  const paths = new Map(needs.paths.map((path) => [path.id, path]));
  const contactOf = new Map([...phones].map(([contact, phone]) => [phone, contact]));

  const words = (text: TextOrder): string =>
    compose({ ...text, zoneNames: text.zones.map((zone) => needs.names.get(zone) ?? zone) });

  /** Null: there is nobody this may be sent to. Looked at each time, at the very moment of sending. */
  function addressed(text: TextOrder): OutgoingText | null {
    const to = phones.get(text.contact);
    if (to === undefined || neverContact.has(to)) return null;
    return { id: text.id, to, body: words(text), validSeconds: text.validSeconds };
  }

  function handOver(path: TextPath, text: TextOrder, message: OutgoingText): Promise<SendResult> {
    if (text.via === 'text') return path.send(message);
    return path.ring?.(message.to, message.id) ?? Promise.resolve({ outcome: 'refused', why: 'this path cannot ring' });
  }

  return {
    words,
    send(text, path) {
      const found = paths.get(path);
      const message = addressed(text);
      const ended = (result: SendResult): void => post({ type: 'send-ended', text: text.id, path, result });
      if (found === undefined) ended({ outcome: 'refused', why: 'there is no such path' });
      else if (message === null) ended({ outcome: 'refused', why: 'this number must never be contacted' });
      else void handOver(found, text, message).then(ended);
    },
    find(text, path, since) {
      const found = paths.get(path);
      const message = addressed(text);
      if (found === undefined || message === null) {
        post({ type: 'find-ended', text: text.id, path, result: { outcome: 'absent' } });
        return;
      }
      void found
        .find(message, needs.wallAt(since))
        .then((result) => post({ type: 'find-ended', text: text.id, path, result }));
    },
    askStatus(text, path, sid) {
      void paths
        .get(path)
        ?.status(sid)
        .then((result) => post({ type: 'status-ended', text, path, result }));
    },
    fetch(path, look) {
      void paths
        .get(path)
        ?.fetch(wallTime(needs.wall() - LOOK_BACK))
        .then((result) => {
          if (result.outcome === 'fetched' && result.texts.length > 0) {
            const texts = result.texts.map(({ sid, from, body }) => ({
              sid,
              contact: contactOf.get(from) ?? null,
              onNeverList: neverContact.has(from),
              body,
            }));
            post({ type: 'texts-in', path, texts });
          }
          post({ type: 'fetch-ended', path, look, ok: result.outcome === 'fetched' });
        });
    },
    watch() {
      for (const [path, { watch }] of paths) watch?.(() => post({ type: 'arrived', path }));
    },
  };
}
