import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createGateways } from '../../../src/link/serial/gateways.ts';
import { createFakeClock } from '../../hub/fakes.ts';
import { programAt, quietLog, recordWires } from './support.ts';

// The real rtl_433 without a radio: it decodes the bits of a code given on its command line, and then ends.

const isInstalled = spawnSync('rtl_433', ['-V']).error === undefined;
const NOT_RUN = 'NOT RUN: rtl_433 is not installed (Debian package: rtl-433)';

describe('the real rtl_433', () => {
  it('says what it decodes in words we read, and its end is noticed', async ({ skip }) => {
    if (!isInstalled) skip(NOT_RUN);
    const door = recordWires();
    const command = programAt(
      'rtl_433',
      '-F',
      'json',
      '-M',
      'level',
      '-M',
      'noise:1',
      '-M',
      'stats:1:1',
      '-y',
      '{25}fb2dd58',
    );
    const wires = createGateways([command], { clock: createFakeClock(), log: quietLog });
    await wires.open(door);
    const remote = await door.heard('Generic-Remote');
    expect(remote).toMatch(/"id":1234,"cmd":42,/);
    await door.heard('gateway #serial/attic up: rtl_433 speaks');
    expect(await door.heard('down')).toMatch(/rtl_433 ended with status \d/);
    await wires.close();
  });

  it('without a receiver is down with its own words', async ({ skip }) => {
    if (!isInstalled) skip(NOT_RUN);
    const door = recordWires();
    const wires = createGateways([programAt('rtl_433', '-F', 'json', '-d', '97')], {
      clock: createFakeClock(),
      log: quietLog,
    });
    await wires.open(door);
    expect(await door.heard('down')).toMatch(/rtl_433 ended with status [1-9]\d*: /);
    await wires.close();
  });
});
