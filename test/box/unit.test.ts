import { describe, expect, it } from 'vitest';
import { unitOfWires, type WiresOfHouse } from '../../src/box/unit.ts';

const nothing: WiresOfHouse = { pins: 'none', ports: [], receiver: 'none' };
const settings = (house: Partial<WiresOfHouse>): readonly string[] =>
  unitOfWires({ ...nothing, ...house })
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

describe('what the service is given for the wires of a house', () => {
  it('nothing on wires: nothing', () => expect(settings({})).toEqual(['[Service]']));

  it('pins', () => {
    expect(settings({ pins: 'some' })).toEqual([
      '[Service]',
      'SupplementaryGroups=gpio',
      'PrivateDevices=no',
      'DevicePolicy=closed',
      'DeviceAllow=char-gpiochip rw',
    ]);
  });

  const kinds: readonly (readonly [port: string, kinds: readonly string[]])[] = [
    ['/dev/ttyUSB0', ['char-ttyUSB']],
    ['/dev/ttyUSB12', ['char-ttyUSB']],
    ['/dev/ttyACM1', ['char-ttyACM']],
    ['/dev/ttyAMA0', ['char-ttyAMA']],
    ['/dev/ttyS0', ['char-ttyS']],
    ['/dev/serial0', ['char-ttyAMA', 'char-ttyS']],
    // Not plugged in now, so that nobody knows what it will be.
    ['/dev/serial/by-id/usb-Arduino_Uno-if00', ['char-ttyACM', 'char-ttyUSB']],
    ['/dev/pts/3', ['/dev/pts/3']],
  ];
  for (const [port, wanted] of kinds) {
    it(port, () => {
      expect(settings({ ports: [port] })).toEqual([
        '[Service]',
        'SupplementaryGroups=dialout',
        'PrivateDevices=no',
        'DevicePolicy=closed',
        ...wanted.map((kind) => `DeviceAllow=${kind} rw`),
      ]);
    });
  }

  it('all of it, each kind once', () => {
    expect(settings({ pins: 'some', ports: ['/dev/ttyUSB0', '/dev/ttyUSB1'], receiver: 'some' })).toEqual([
      '[Service]',
      'SupplementaryGroups=gpio dialout plugdev',
      'PrivateDevices=no',
      'DevicePolicy=closed',
      'DeviceAllow=char-gpiochip rw',
      'DeviceAllow=char-ttyUSB rw',
      'DeviceAllow=char-usb_device rw',
    ]);
  });
});
