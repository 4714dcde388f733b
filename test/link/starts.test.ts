import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noteStart } from '../../src/link/starts.ts';

const root = mkdtempSync(join(tmpdir(), 'starts-'));
afterAll(() => rmSync(root, { recursive: true }));

const at = (seconds: number, boot = 'one') => ({ boot, monotonicMs: () => seconds * 1000 });

/** The starts of one directory, each in seconds; `well` ends the one before as asked. */
function starts(...when: readonly (number | 'well' | { readonly at: number; readonly boot: string })[]): string {
  const dir = mkdtempSync(join(root, 'dir-'));
  let last = noteStart(dir, at(0));
  for (const one of when) {
    if (one === 'well') last.endedWell();
    else last = noteStart(dir, typeof one === 'number' ? at(one) : at(one.at, one.boot));
  }
  return last.how;
}

const ROWS: readonly (readonly [string, string, string])[] = [
  ['the first', starts(), 'whole'],
  ['the third in two minutes', starts(10, 20), 'whole'],
  ['the fourth in two minutes', starts(10, 20, 30), 'bare'],
  ['the fourth, just within two minutes', starts(10, 20, 120), 'bare'],
  ['the fourth, just after', starts(10, 20, 121), 'whole'],
  ['after one that ended as asked', starts(10, 20, 'well', 30), 'whole'],
  ['after a reboot', starts(10, 20, { at: 30, boot: 'two' }), 'whole'],
];

describe('a start is bare after three that ended badly', () => {
  for (const [name, how, expected] of ROWS) {
    it(name, () => expect(how).toBe(expected));
  }

  it('a note that cannot be read is none', () => {
    const dir = mkdtempSync(join(root, 'dir-'));
    writeFileSync(join(dir, 'starts.json'), '{"boot":"one","at":');
    expect(noteStart(dir, at(5)).how).toBe('whole');
  });
});
