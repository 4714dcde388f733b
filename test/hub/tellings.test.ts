import { describe, expect, it } from 'vitest';
import { createFakePath, type FakePath } from '../link/texts/fake-path.ts';
import { createFakeClock } from './fakes.ts';
import { CODE, DURESS, settledWorld, startWorld, type World } from './world.ts';

// Who is told of an alarm that everybody in the house can hear, and how far that has come.

const SISTER = '+447700900123';

async function alarmed(): Promise<{ readonly world: World; readonly path: FakePath }> {
  const clock = createFakeClock();
  const path = createFakePath(clock.wall);
  for (let number = 1; number < 9; number += 1) {
    path.mark(`SM${String(number).padStart(32, '0')}`, { outcome: 'known', status: 'accepted', why: null });
  }
  const world = await settledWorld({ clock, texts: path });
  world.says('smoke', { smoke: true });
  await world.rest();
  return { world, path };
}

const told = (world: World): readonly string[] =>
  world.hub.window
    .tellings()
    .flatMap(({ alarm, contacts }) => [alarm, ...contacts.map(({ contact, is }) => `${contact} ${is}`)]);

const disarm = (world: World, code: string): Promise<void> => {
  world.orders({ action: 'DISARM', code, id: code });
  return world.rest();
};

describe('who is told', () => {
  it('is nobody while nothing has happened', async () => {
    expect(told(await settledWorld())).toEqual([]);
  });

  it('is sent to, is delivered to, and answers', async () => {
    const { world, path } = await alarmed();
    const sent = path.sent.find(({ to }) => to === SISTER);
    expect(told(world)).toEqual(['a1', 'sister sent']);
    path.mark(sent?.sid ?? '', { outcome: 'known', status: 'delivered', why: null });
    await world.pass(30);
    expect(told(world)).toEqual(['a1', 'sister delivered']);
    path.receive(SISTER, `OK ${/OK (\d{4})/.exec(sent?.body ?? '')?.[1]}`);
    path.ping();
    await world.pass(5);
    expect(told(world)).toEqual(['a1', 'sister answered']);
  });

  it('waits while no path takes the text', async () => {
    const clock = createFakeClock();
    const path = createFakePath(clock.wall);
    path.down('down');
    const world = await settledWorld({ clock, texts: path });
    world.says('smoke', { smoke: true });
    await world.rest();
    expect(told(world)).toEqual(['a1', 'sister waiting']);
  });

  it('grows by those who are told last of all, in the order of the config', async () => {
    const { world } = await alarmed();
    await world.pass(181);
    expect(told(world)).toEqual(['a1', 'sister sent', 'friend sent']);
  });

  it('is the same after a restart', async () => {
    const { world, path } = await alarmed();
    path.mark(path.sent[0]?.sid ?? '', { outcome: 'known', status: 'delivered', why: null });
    await world.pass(30);
    const next = await startWorld({
      restored: world.journal.restored(),
      clock: createFakeClock(world.clock.now()),
      texts: path,
    });
    expect(told(next)).toEqual(['a1', 'sister delivered']);
  });

  for (const [name, code] of [
    ['a code', CODE],
    ['a duress code', DURESS],
  ] as const) {
    it(`is nobody once ${name} has ended the alarm, whatever goes on outside`, async () => {
      const { world } = await alarmed();
      await disarm(world, code);
      expect(told(world)).toEqual([]);
      await world.pass(200);
      expect(told(world)).toEqual([]);
    });
  }

  it('changes with news of its own, and never before what it belongs to is shown', async () => {
    const { world } = await alarmed();
    const news: string[] = [];
    world.hub.window.watch(({ type }) => {
      if (type === 'telling') news.push(`${world.hub.window.view().alarms.length} shown: ${told(world).join(', ')}`);
    });
    await world.pass(181);
    await disarm(world, CODE);
    expect(news).toEqual([
      '1 shown: a1, sister sent, friend waiting',
      '1 shown: a1, sister sent, friend sent',
      '0 shown: ',
    ]);
  });

  it('a silent call beside it changes nothing of it', async () => {
    const { world } = await alarmed();
    const before = told(world);
    const news: string[] = [];
    world.hub.window.watch(({ type }) => {
      if (type === 'telling') news.push(type);
    });
    world.says('panic', { action: 'single' });
    await world.pass(20);
    expect([told(world), news]).toEqual([before, []]);
  });
});
