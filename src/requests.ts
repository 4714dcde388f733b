import { compose } from './act/wording.ts';
import type { SourceId } from './base/brand.ts';
import type { Json } from './base/json.ts';
import { duration, minutes } from './base/time.ts';
import { version } from './here.ts';
import type { Hub } from './hub/hub.ts';
import type { Clock, Locks, People, TextPath } from './hub/ports.ts';
import { whyNotNow } from './hub/standing.ts';
import { testAlert } from './hub/test-alert.ts';
import { modemHandlers, showModem } from './link/modem/command.ts';
import type { Modem } from './link/modem/modem.ts';
import type { House } from './site/house.ts';
import type { ControlHandler, ControlResult } from './web/control.ts';
import { liveJson } from './web/people.ts';
import type { WebServer } from './web/server.ts';

// What commands ask of a running hub: a part of main.

/** Replies to a test are waited for no longer than this. */
const LONGEST_WAIT = minutes(60);

export function controlHandlers(
  hub: Hub,
  clock: Clock,
  texts: readonly TextPath[],
  modem: Modem | null,
  house: House,
  askRestart: () => ControlResult,
): ReadonlyMap<string, ControlHandler> {
  const paths = texts.length === 0 ? ['log'] : texts.map(({ id }) => id);
  const shown =
    modem === null ? null : showModem(modem, { clock, neverContact: house.neverContact, words: TEST_WORDS });
  return new Map<string, ControlHandler>([
    ...(shown === null ? [] : modemHandlers(shown)),
    ['restart', askRestart],
    [
      'standing',
      (_request, item) => {
        item({ version: version(), whyNotNow: whyNotNow(hub.window.view()) });
        return { ok: true };
      },
    ],
    [
      'test-alert',
      async ({ waitMs }, item, gone) => {
        const wait = duration(typeof waitMs === 'number' ? Math.min(Math.max(waitMs, 0), LONGEST_WAIT) : 0);
        const services = [...house.stations.stations.values()].filter(({ reports }) => reports.has('tests'));
        const stations = services.map(({ id }) => id);
        const asked = { paths, contacts: house.phones.keys(), stations, wait, gone };
        await testAlert(hub, clock, asked, ({ hops, ...result }) => item({ ...result, hops: { ...hops } }));
        return { ok: true };
      },
    ],
    [
      'contacts',
      (_request, item) => {
        for (const contact of hub.contacts()) item({ ...contact });
        return { ok: true };
      },
    ],
    [
      'contacts-prove',
      ({ contact }) => {
        if (texts.length === 0) return { ok: false, why: 'no way to send texts is configured; add sms to the config' };
        if (typeof contact === 'string' && hub.prove(contact)) return { ok: true };
        return { ok: false, why: 'there is no such contact in the config; lantern contacts lists them' };
      },
    ],
    [
      'devices-seen',
      (_request, item) => {
        for (const { signals, guess, ...device } of hub.seen()) {
          const what = guess.list === 'devices' ? guess.zone : guess.role;
          item({ ...device, list: guess.list, guess: what, said: { ...signals }, signals: Object.keys(signals) });
        }
        return { ok: true };
      },
    ],
    [
      'devices-quality',
      (_request, item) => {
        for (const { measured, ...device } of hub.quality()) item({ ...device, ...measured });
        return { ok: true };
      },
    ],
  ]);
}

/** Whoever is at the machine itself; wrong codes typed there count together. */
const TERMINAL = 'session:terminal' as SourceId;

export function peopleHandlers(
  people: People,
  locks: Locks,
  page: () => WebServer | null,
): ReadonlyMap<string, ControlHandler> {
  const asker = { by: null, source: TERMINAL };
  const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
  return new Map<string, ControlHandler>([
    [
      'locks',
      (_request, item) => {
        item(liveJson(locks.live(null), page()?.signedIn() ?? []));
        return { ok: true };
      },
    ],
    [
      'locks-change',
      async ({ code, newCode, newDuress, leaveOut }, item) => {
        const named = Array.isArray(leaveOut) ? leaveOut.filter((name) => typeof name === 'string') : [];
        const duress = typeof newDuress === 'string' ? newDuress : null;
        const asked = { code: text(code), newCode: text(newCode), newDuress: duress, leaveOut: named };
        const done = await locks.change(asker, asked, page()?.signedIn().length ?? 0);
        if (!done.ok) return done;
        await page()?.signOut(() => true);
        item({ at: done.at, ended: done.ended, passwords: done.passwords.map((one) => ({ ...one })) });
        return { ok: true };
      },
    ],
    [
      'change-code',
      async ({ code, newCode }) => {
        const done = await people.changeCode(asker, { code: text(code), newCode: text(newCode) });
        if (done.ok) await page()?.signOut(({ person }) => person.id === done.given.person.id);
        return done;
      },
    ],
  ]);
}

export const TEST_WORDS = compose({
  kind: 'test',
  purpose: 'test',
  wording: 'neutral',
  number: null,
  zoneNames: [],
  asks: null,
});
