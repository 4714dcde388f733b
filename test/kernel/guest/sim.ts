import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grantedLine, ioctls, packLineRequest } from '../../../src/link/gpio/abi.ts';
import type { Calls } from '../../../src/link/gpio/calls.ts';
import { deviceChips } from '../../../src/link/gpio/chips.ts';

const configfs = '/sys/kernel/config/gpio-sim';

/** A simulated chip of eight lines, made through configfs as the kernel's guide to gpio-sim has it. */
export interface SimulatedChip {
  readonly label: string;
  /** As in /dev. */
  readonly name: string;
  pull(line: number, to: 'high' | 'low'): void;
  wire(line: number): 'high' | 'low';
  /** Somebody else takes the line. */
  rob(line: number): () => void;
  unplug(): void;
  plugIn(): void;
  remove(): void;
}

export function simulateChip(calls: Calls, label: string): SimulatedChip {
  const folder = join(configfs, label);
  const bank = join(folder, 'bank0');
  mkdirSync(bank, { recursive: true });
  writeFileSync(join(bank, 'num_lines'), '8');
  writeFileSync(join(bank, 'label'), label);
  const read = (path: string): string => readFileSync(path, 'utf8').trim();
  const state = { live: false, name: '', attributes: '' };

  function plugIn(): void {
    writeFileSync(join(folder, 'live'), '1');
    state.live = true;
    state.name = read(join(bank, 'chip_name'));
    state.attributes = join('/sys/devices/platform', read(join(folder, 'dev_name')), state.name);
  }

  function unplug(): void {
    if (state.live) writeFileSync(join(folder, 'live'), '0');
    state.live = false;
  }

  plugIn();
  return {
    label,
    get name() {
      return state.name;
    },
    pull: (line, to) =>
      writeFileSync(join(state.attributes, `sim_gpio${line}`, 'pull'), `pull-${to === 'high' ? 'up' : 'down'}`),
    wire: (line) => (read(join(state.attributes, `sim_gpio${line}`, 'value')) === '1' ? 'high' : 'low'),
    rob(line) {
      const chip = deviceChips(calls, '/dev').chips.find((one) => one.label === label);
      if (chip === undefined) throw new Error(`no ${label}`);
      const device = calls.open(chip.path);
      const asked = packLineRequest(line, false, { as: 'input', bias: 'as-is', filterMs: 0 });
      asked.write('robber\0', 256);
      const result = calls.ioctl(device, ioctls.lineRequest, asked);
      calls.close(device);
      if (result < 0) throw new Error(`the line cannot be taken: ${result}`);
      const fd = grantedLine(asked);
      return () => calls.close(fd);
    },
    unplug,
    plugIn,
    remove() {
      unplug();
      rmdirSync(bank);
      rmdirSync(folder);
    },
  };
}
