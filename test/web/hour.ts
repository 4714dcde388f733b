import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openProvisioning } from '../../src/fitting/provisioning.ts';
import type { FittingWorld } from '../../src/fitting/world.ts';
import type { HeardDevice } from '../../src/hub/ports.ts';
import { forgetAgencyPapers, readPaper } from '../../src/papers/kept.ts';
import { writePapers } from '../../src/papers/write.ts';
import type { FittedContact, FittedHouse, FittedPath, FittedZone } from '../../src/provision/house.ts';
import type { Job } from '../../src/provision/job.ts';
import { takeReferral } from '../../src/site/referral.ts';
import type { Fitting } from '../../src/web/install/fitting.ts';
import { createFakeCodes } from '../hub/fakes.ts';
import type { World } from '../hub/world.ts';

// The real engine of the installer's hour, on a real hub and with real papers. Of the world around it only what writes a
// config, sends texts and restarts the hub is played.

/** A house that is being fitted, and what a test can make happen in it. */
export interface Hour {
  readonly fitting: Fitting;
  readonly rows: readonly string[];
  readonly job: () => Job | null;
  /** A device that nobody has learnt says something. */
  hear(device: Partial<HeardDevice> & Pick<HeardDevice, 'id'>): void;
  /** The YES of a contact comes in. */
  answersYes(contact: string): void;
  /** Every path that is being tested answers after so many milliseconds. */
  answerTests(afterMs: number): void;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** `removed` is called when installers and their codes are taken away. */
export function openHour(world: World, removed: () => void = () => {}): Hour {
  const dir = mkdtempSync(join(tmpdir(), 'hour-'));
  folders.push(dir);
  const codes = createFakeCodes();
  const heard: HeardDevice[] = [];
  const zones: FittedZone[] = [];
  const rows: string[] = [];
  let contacts: readonly FittedContact[] = [];
  let job: Job | null = null;
  let restart: FittedHouse['restart'] = 'not needed';
  let tests: { readonly tell: (afterMs: number) => void }[] = [];

  const paths = (): readonly FittedPath[] =>
    contacts.map(({ id }) => ({ name: `modem to ${id}`, contact: id, shown: 'a text', tested: 'on order' }));

  const parts: FittingWorld = {
    jobs: {
      load: () => ({ ok: true, job }),
      async save(next) {
        job = next;
        return { ok: true };
      },
      wipe() {
        job = null;
        return { ok: true };
      },
    },
    window: world.hub.window,
    house: () => ({
      panel: world.hub.window.view().state === 'disarmed' ? 'disarmed' : 'set',
      zones,
      contacts,
      paths: paths(),
      brokerUsers: ['keypad'],
      residents: 1,
      restart,
    }),
    heard: () => heard,
    learn(found, device) {
      if (zones.some(({ id }) => id === device.id)) return { ok: false, why: `there is a ${device.id} already` };
      heard.splice(heard.indexOf(found), 1);
      restart = 'needed';
      if (device.zone === null) return { ok: true };
      const { signal, battery, profile } = found;
      const type = device.zone as FittedZone['type'];
      zones.push({
        id: device.id,
        name: device.name,
        type,
        device: profile,
        signal,
        battery,
        batteryLow: false,
        lost: false,
      });
      return { ok: true };
    },
    addContact({ id, phone }) {
      if (!phone.startsWith('+')) return { ok: false, why: 'write the number with its country, as in +44' };
      contacts = [...contacts, { id, proven: false, asked: false }];
      restart = 'needed';
      return { ok: true };
    },
    renewSecrets: () => ({ ok: true, secrets: [{ name: 'keypad', password: 'correct-horse' }] }),
    prove(contact) {
      contacts = contacts.map((one) => (one.id === contact ? { ...one, asked: true } : one));
      return { ok: true };
    },
    async testPaths(tell, gone) {
      await Promise.all(
        paths().map(
          ({ name }) =>
            new Promise<void>((resolve) => {
              gone.addEventListener('abort', () => resolve());
              tests.push({
                tell(answeredAfterMs) {
                  tell({ name, answeredAfterMs, result: 'answered', why: '' });
                  resolve();
                },
              });
            }),
        ),
      );
    },
    restart() {
      restart = 'not needed';
      return { ok: true };
    },
    openInstaller: () => false,
    person: codes.person,
    async removeInstallers() {
      removed();
      return { ok: true };
    },
    papers: {
      write: (certificate, feedback) =>
        writePapers(
          dir,
          certificate,
          feedback,
          contacts.map(({ id }) => id),
        ),
      forget: async () => forgetAgencyPapers(dir),
    },
    reviews: { due: () => ['2027-02-21', '2027-05-21'], begin: () => ({ ok: true }) },
    hub: { id: 'hub-test', version: '1.2.3' },
    logHead: () => ({ seq: 412, hash: 'ab'.repeat(32) }),
    record: (row) => void rows.push(row),
    wall: world.clock.wall,
    iso: (at) => new Date(at).toISOString(),
    today: () => '2026-11-21',
    draw: () => 'job-1',
  };
  const { provisioning } = openProvisioning(parts);
  return {
    fitting: { provisioning, take: takeReferral, paper: (name) => readPaper(dir, name) },
    rows,
    job: () => job,
    hear(device) {
      heard.push({
        topic: `zigbee2mqtt/${device.id}`,
        address: null,
        profile: 'zigbee2mqtt',
        gateway: null,
        said: 'contact open',
        zone: null,
        signal: 'good',
        battery: 91,
        messages: 1,
        ...device,
      });
    },
    answersYes(contact) {
      contacts = contacts.map((one) => (one.id === contact ? { ...one, proven: true } : one));
    },
    answerTests(afterMs) {
      for (const { tell } of tests) tell(afterMs);
      tests = [];
    },
  };
}
