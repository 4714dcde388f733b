import { expect } from 'vitest';
import { type Receiver, startReceiver } from '../link/dc09/receiver.ts';
import { startWebhookService, type WebhookService } from '../link/webhook/service.ts';
import { again, type House, settle, story } from './house.ts';
import { CODE } from './house-config.ts';

// The program as it is shipped, a strict station and a strict desk: what reaches them, and what comes back.

const KEY = '00112233445566778899AABBCCDDEEFF';
const SECRET = 'a secret of the desk and this hub';

interface Watched {
  readonly arc: Receiver;
  readonly desk: WebhookService;
  close(): Promise<void>;
}

async function watch(house: House): Promise<Watched> {
  const arc = await startReceiver({ account: '1234', keyHex: KEY, wall: Date.now });
  const desk = await startWebhookService(SECRET, Date.now);
  house.configure({
    monitoring: [
      {
        id: 'arc',
        type: 'sia-dc09',
        host: '127.0.0.1',
        port: arc.port,
        account: '1234',
        key: KEY,
        supervision: '5s',
        preAlert: true,
      },
      { id: 'desk', type: 'webhook', url: desk.url, secret: SECRET, heartbeat: '5s', card: { risk: 'high' } },
    ],
  });
  return {
    arc,
    desk,
    async close() {
      await Promise.all([arc.close(), desk.close()]);
    },
  };
}

/** What the station has, without signs of life. */
const reports = (arc: Receiver): readonly string[] =>
  arc.taken.filter(({ token, again: isAgain }) => token !== 'NULL' && !isAgain).map(({ data }) => data);
const kinds = (desk: WebhookService): readonly string[] => desk.taken.map(({ kind }) => String(kind));
const armHome = { action: 'ARM_HOME', code: CODE, id: 'home' };

story('an alarm is told and proven, and what the desk says of it shows', async ({ house }) => {
  const { arc, desk, close } = await watch(house);
  try {
    const { run, ear } = await house.start();
    await settle(ear);
    await ear.order(armHome);
    await ear.device('back-window', { contact: false });
    await ear.untilState('triggered');
    await desk.until('the alarm', () => kinds(desk).includes('perimeter'));
    await ear.until('both proofs', () => {
      const acked = ear.events().filter(({ type, data }) => type === 'report-acked' && data['kind'] === 'perimeter');
      return acked.length === 2;
    });
    expect(reports(arc)).toContain('#1234|Nri1/BA002');
    expect(desk.taken.find(({ kind }) => kind === 'perimeter')).toMatchObject({
      zone: { id: 'back-window', number: 2, name: 'The back-window' },
      card: { risk: 'high' },
    });

    desk.give({ id: 'c1', order: 'acknowledge', alarm: 'a1', by: 'Mona', note: 'calling now' });
    await ear.until('the acknowledgement', () => ear.attributes().alarm?.acknowledgedBy === 'desk');
    desk.give({ id: 'c2', order: 'close', alarm: 'a1', by: 'Mona', note: null });
    await ear.until('no alarm', () => ear.attributes().alarm === null);
    expect(ear.state()).toBe('armed_home');

    const { stdout } = await house.lantern(['test-alert']);
    expect(stdout).toMatch(/arc\s+.*delivered/);
    expect(stdout).toMatch(/desk\s+.*delivered/);
    expect([...arc.complaints, ...desk.complaints]).toEqual([]);
    await run.kill('SIGTERM');
    expect(house.verify()).toBe('ok');
  } finally {
    await close();
  }
});

story('an outage with a kill in it: nothing lost, nothing twice', async ({ house }) => {
  const { arc, desk, close } = await watch(house);
  try {
    const first = await house.start();
    await settle(first.ear);
    await desk.until('the start', () => kinds(desk).includes('restart'));
    await arc.heard(1);
    // Down from here on: the station hangs up, the desk does not answer and does not take.
    arc.play(...Array(1000).fill('hang-up'));
    desk.play(...Array(1000).fill('busy'));
    await first.ear.order(armHome);
    await first.ear.device('back-window', { contact: false });
    await first.ear.untilState('triggered');
    await first.ear.device('panic', { action: 'single' });
    await first.ear.untilEvent('report-unanswered');
    // A silent press shows nowhere; but an order's answer leaves after the press before it is on the disk.
    expect((await first.ear.order({ action: 'ARM_HOME' })).ok).toBe(false);
    const second = await again(house, first);
    arc.recover();
    desk.recover();
    // What is not urgent is tried again after half a minute at the longest, which is all the patience of one wait.
    const all = (): Promise<void> =>
      desk.until('all of it', () =>
        ['part-set', 'perimeter', 'personal-silent'].every((kind) => kinds(desk).includes(kind)),
      );
    await all().catch(all);
    await second.ear.until('proof from both', () => {
      const acked = second.ear
        .events()
        .filter(({ type, data }) => type === 'report-acked' && data['kind'] === 'perimeter');
      return acked.length === 2;
    });
    for (const kind of ['part-set', 'perimeter', 'personal-silent']) {
      expect(kinds(desk).filter((one) => one === kind)).toEqual([kind]);
    }
    expect(reports(arc).filter((data) => data.includes('BA002'))).toHaveLength(1);
    expect(reports(arc).filter((data) => data.includes('HA006'))).toHaveLength(1);
    expect(arc.complaints).toEqual([]);
    await second.run.kill('SIGTERM');
    expect(house.verify()).toBe('ok');
  } finally {
    await close();
  }
});
