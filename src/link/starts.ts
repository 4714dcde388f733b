import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Starts that ended badly within this time count. */
const WINDOW_MS = 2 * 60_000;
/** After so many of them the hub starts with the panel alone. */
const TOO_MANY = 3;

/** How to start: with everything, or without what the panel can do without. */
export interface Starts {
  readonly how: 'whole' | 'bare';
  /** The process is about to end as it was asked to: this start was none of the bad ones. */
  endedWell(): void;
}

/**
 * Remembers in DIR/starts.json when this program was started and did not end as asked. After three such starts in two
 * minutes something outside the panel may be what ends it, so the next one leaves that out. A note, not a record: when
 * it cannot be read or written, the hub starts whole.
 */
export function noteStart(dir: string, clock: { readonly boot: string; monotonicMs(): number }): Starts {
  const file = join(dir, 'starts.json');
  const now = clock.monotonicMs();
  const before = read(file, clock.boot).filter((at) => at <= now && now - at <= WINDOW_MS);
  write(file, clock.boot, [...before, now].slice(-TOO_MANY));
  return {
    how: before.length >= TOO_MANY ? 'bare' : 'whole',
    endedWell: () => rmSync(file, { force: true }),
  };
}

function read(file: string, boot: string): readonly number[] {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('boot' in value) || value.boot !== boot) return [];
    const at = 'at' in value ? value.at : null;
    return Array.isArray(at) ? at.filter((one) => typeof one === 'number') : [];
  } catch {
    return [];
  }
}

function write(file: string, boot: string, at: readonly number[]): void {
  try {
    writeFileSync(file, JSON.stringify({ boot, at }), { mode: 0o600 });
  } catch {
    // A full disk must not keep the hub from starting; it is told by the journal.
  }
}
