import { describe, expect, it } from 'vitest';
import { CODES, openSite } from './support.ts';

describe('GET /metrics', () => {
  it('is Prometheus text that every line keeps to', async () => {
    const { client } = await openSite();
    const answer = await client().ask('GET', '/metrics');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const line = /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? -?\d+)$/;
    expect(answer.text.endsWith('\n')).toBe(true);
    expect(
      answer.text
        .trimEnd()
        .split('\n')
        .filter((one) => !line.test(one)),
    ).toEqual([]);
  });

  const rows: readonly (readonly [string, string, string, object])[] = [
    ['a door that opens', 'lantern_zone_open{zone="front-door"} 1', 'front-door', { contact: false }],
    [
      'a battery that is low',
      'lantern_zone_battery_low{zone="front-door"} 1',
      'front-door',
      { contact: true, battery_low: true },
    ],
    ['a leak', 'lantern_alarms{kind="fault"} 1', 'leak', { water_leak: true }],
    ['an audible call for help', 'lantern_alarms{kind="personal"} 1', 'loud-panic', { action: 'single' }],
    ['a siren', 'lantern_output_on{output="siren"} 1', 'loud-panic', { action: 'single' }],
  ];
  for (const [name, wanted, device, payload] of rows) {
    it(`counts ${name}`, async () => {
      const { client, world } = await openSite();
      expect((await client().ask('GET', '/metrics')).text).not.toContain(wanted);
      world.says(device, payload);
      await world.rest();
      expect((await client().ask('GET', '/metrics')).text.split('\n')).toContain(wanted);
    });
  }

  it('does not change at a silent call, however it is made', async () => {
    const { client, signedIn, world } = await openSite();
    const page = await signedIn('anna');
    const metrics = async (): Promise<string> => (await client().ask('GET', '/metrics')).text;
    const before = await metrics();
    world.says('panic', { action: 'single' });
    await page.ask('POST', '/api/panic');
    await page.ask('POST', '/api/disarm', { body: { code: CODES.threat } });
    await world.pass(1);
    expect(world.journal.rows.filter(({ type }) => type === 'alarm-raised')).toHaveLength(2);
    expect(await metrics()).toBe(before);
  });

  it('is not for anybody behind a proxy', async () => {
    const { client } = await openSite();
    const answer = await client().ask('GET', '/metrics', { headers: { 'x-forwarded-for': '192.0.2.9' } });
    expect([answer.status, answer.body['error']]).toEqual([403, 'local_only']);
  });
});
