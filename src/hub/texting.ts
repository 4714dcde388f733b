import { compose } from '../act/wording.ts';
import type { ContactId, ZoneId } from '../base/brand.ts';
import { hours, type Instant, type WallTime, wallTime } from '../base/time.ts';
import type { EscalationEvent, TextOrder } from '../escalate/events.ts';
import type { OutgoingText, TextPath } from './ports.ts';

export interface Texting {
  send(text: TextOrder): void;
  find(text: TextOrder, since: Instant): void;
  askStatus(text: TextOrder['id'], sid: string): void;
  fetch(): void;
  /** The words of a text, as they would leave. */
  words(text: TextOrder): string;
}

export interface TextingNeeds {
  readonly path: TextPath | null;
  readonly phones: ReadonlyMap<ContactId, string>;
  readonly neverContact: ReadonlySet<string>;
  readonly names: ReadonlyMap<ZoneId, string>;
  readonly wallAt: (at: Instant) => WallTime;
  readonly wall: () => WallTime;
  readonly post: (event: EscalationEvent) => void;
}

/** Replies are looked for this far back; what was seen before is known by its id. */
const LOOK_BACK = hours(24);

/** Carries texts between the room that decides and the path that sends; here, and only here, a contact gets a number. */
export function createTexting(needs: TextingNeeds): Texting {
  const { path, phones, neverContact, post } = needs;
  const contactOf = new Map([...phones].map(([contact, phone]) => [phone, contact]));

  const words = (text: TextOrder): string =>
    compose({ ...text, zoneNames: text.zones.map((zone) => needs.names.get(zone) ?? zone) });

  /** Null: there is nobody this may be sent to. Looked at each time, at the very moment of sending. */
  function addressed(text: TextOrder): OutgoingText | null {
    const to = phones.get(text.contact);
    if (to === undefined || neverContact.has(to)) return null;
    return { id: text.id, to, body: words(text), validSeconds: text.validSeconds };
  }

  return {
    words,
    send(text) {
      const message = addressed(text);
      if (path === null || message === null) {
        const why = path === null ? 'no path' : 'this number must never be contacted';
        post({ type: 'send-ended', text: text.id, result: { outcome: 'refused', why } });
        return;
      }
      void path.send(message).then((result) => post({ type: 'send-ended', text: text.id, result }));
    },
    find(text, since) {
      const message = addressed(text);
      if (path === null || message === null) {
        post({ type: 'find-ended', text: text.id, result: { outcome: 'absent' } });
        return;
      }
      void path
        .find(message, needs.wallAt(since))
        .then((result) => post({ type: 'find-ended', text: text.id, result }));
    },
    askStatus(text, sid) {
      if (path === null) return;
      void path.status(sid).then((result) => post({ type: 'status-ended', text, result }));
    },
    fetch() {
      if (path === null) return;
      void path.fetch(wallTime(needs.wall() - LOOK_BACK)).then((result) => {
        if (result.outcome === 'fetched' && result.texts.length > 0) {
          const texts = result.texts.map(({ sid, from, body }) => ({
            sid,
            contact: contactOf.get(from) ?? null,
            onNeverList: neverContact.has(from),
            body,
          }));
          post({ type: 'texts-in', texts });
        }
        post({ type: 'fetch-ended', ok: result.outcome === 'fetched' });
      });
    },
  };
}
