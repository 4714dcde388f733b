import { describe, expect, it } from 'vitest';
import { fakeDeps, lantern } from './fakes.ts';

describe('certificate verify', () => {
  it('says what was signed and with what, and no name reaches the terminal as more than text', async () => {
    const deps = fakeDeps();
    const ran = await lantern(['certificate', 'verify', 'copy.json', '--key', 'ef'], { deps });
    expect(ran).toEqual({
      status: 0,
      out: 'ok\nhub hub?[2J, version 1.2.3, handed over 2026-11-21T15:42:07.000Z\nlog row 412, hash ab\nsigned with ef\n',
      err: '',
    });
    expect(deps.calls).toEqual([['certificate', 'copy.json', 'ef']]);
  });
  it('asks to compare the key where none was given', async () => {
    const ran = await lantern(['certificate', 'verify', 'copy.json']);
    expect(ran).toMatchObject({ status: 0, err: expect.stringContaining('compare that fingerprint') });
  });
  it('fails on a false one', async () => {
    const ran = await lantern(['certificate', 'verify', 'false.json']);
    expect(ran).toEqual({ status: 1, out: '', err: 'lantern: the signature does not fit\n' });
    expect((await lantern(['certificate', 'verify', 'false.json', '--json'])).out).toContain('"ok":false');
  });
  it('prints all of it as JSON', async () => {
    const { out } = await lantern(['certificate', 'verify', 'copy.json', '--json']);
    expect(JSON.parse(out)).toMatchObject({ ok: true, certificate: { log: { seq: 412 } }, key: 'cd' });
  });
});
