import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chipNamed, groupOf, sysfsChips } from '../../../src/link/gpio/chips.ts';

const chip = (number: number, label: string) => ({ name: `gpiochip${number}`, label });

describe('the chip that is meant', () => {
  const pi3 = [chip(0, 'pinctrl-bcm2835'), chip(1, 'raspberrypi-exp-gpio')];
  const pi4 = [chip(0, 'pinctrl-bcm2711'), chip(1, 'raspberrypi-exp-gpio')];
  const pi5 = [chip(0, 'gpio-brcmstb@107d508500'), chip(1, 'gpio-brcmstb@107d508520'), chip(4, 'pinctrl-rp1')];
  const twins = [chip(0, 'ftdi-cbus'), chip(1, 'ftdi-cbus')];
  const rows: readonly (readonly [name: string, chips: typeof pi3, asked: string | null, is: string | RegExp])[] = [
    ['the header of a Pi 3', pi3, null, 'gpiochip0'],
    ['the header of a Pi 4', pi4, null, 'gpiochip0'],
    ['the header of a Pi 5', pi5, null, 'gpiochip4'],
    ['a label', pi5, 'gpio-brcmstb@107d508520', 'gpiochip1'],
    ['a name, where it is no label', pi5, 'gpiochip1', 'gpiochip1'],
    ['one of two with a label, by name', twins, 'gpiochip1', 'gpiochip1'],
    ['two with one label', twins, 'ftdi-cbus', /^line 3 of ftdi-cbus: gpiochip0 and gpiochip1 have this label; give the name/],
    ['no header', twins, null, /^line 3: this machine has no Raspberry Pi header, there are gpiochip0 \(ftdi-cbus\), gpiochip1/],
    ['no such chip', pi4, 'relays', /^line 3 of relays: no chip has this label, there are gpiochip0 \(pinctrl-bcm2711\), .*; give/],
    ['no chip at all', [], null, /there is no GPIO chip at all; load its driver/],
  ]; // biome-ignore format: a table
  for (const [name, chips, asked, is] of rows) {
    it(name, () => {
      const named = chipNamed(chips, asked, 3);
      if (typeof is === 'string') expect(named).toMatchObject({ ok: true, chip: { name: is } });
      else expect(named).toEqual({ ok: false, why: expect.stringMatching(is) });
    });
  }
});

describe('chips of sysfs', () => {
  function shown(chips: Readonly<Record<string, Readonly<Record<string, string>>>>): ReturnType<typeof sysfsChips> {
    const folder = mkdtempSync(join(tmpdir(), 'lantern-sysfs-'));
    try {
      for (const [name, files] of Object.entries(chips)) {
        mkdirSync(join(folder, name));
        for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
      }
      return sysfsChips(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const files = (label: string, base: number, ngpio: number) => ({
    label: `${label}\n`,
    base: `${base}\n`,
    ngpio: `${ngpio}\n`,
  });

  it('are numbered from their base, which differs between kernels', () => {
    expect(shown({ gpiochip571: files('pinctrl-rp1', 571, 54), gpiochip512: files('gpio-brcmstb', 512, 32) })).toEqual([
      { name: 'gpiochip512', label: 'gpio-brcmstb', base: 512, lines: 32 },
      { name: 'gpiochip571', label: 'pinctrl-rp1', base: 571, lines: 54 },
    ]);
  });
  it('that go while they are read are left out', () => {
    expect(shown({ gpiochip0: { label: 'half\n' }, gpiochip9: files('whole', 9, 2), export: {} })).toMatchObject([
      { label: 'whole' },
    ]);
  });
  it('are none without sysfs', () => expect(sysfsChips('/nowhere')).toEqual([]));
});

describe('the group of a file', () => {
  it('is none where that is root', () => expect(groupOf('/proc/version')).toBe(null));
  it('is none where there is no file', () => expect(groupOf('/nowhere')).toBe(null));
});
