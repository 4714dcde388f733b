import type { PhaseMirror } from '../hub/ports.ts';
import { inDirectory, readIfThere, replaceFile } from './files.ts';

/** Writes `phase.json`, durable on return. Throws what the disk says. */
export function writePhase(dir: string, phase: PhaseMirror): void {
  const text = JSON.stringify({ state: phase.state, mode: phase.mode });
  replaceFile(inDirectory(dir, 'phase'), Buffer.from(`${text}\n`, 'utf8'));
}

/** The phase that was mirrored last; null when there is none or it cannot be understood. A `.tmp` beside it is no phase. */
export function readPhase(dir: string): PhaseMirror | null {
  try {
    return parsePhase(readIfThere(inDirectory(dir, 'phase'))?.toString('utf8') ?? null);
  } catch {
    // Unreadable is the same as absent: the hub then starts by the database, or loudly disarmed.
    return null;
  }
}

/** A phase from its JSON text, or null. */
export function parsePhase(text: string | null): PhaseMirror | null {
  try {
    return text === null ? null : asPhase(JSON.parse(text));
  } catch {
    return null;
  }
}

function asPhase(value: unknown): PhaseMirror | null {
  if (typeof value !== 'object' || value === null || !('state' in value) || !('mode' in value)) return null;
  const { state, mode } = value;
  if (typeof state !== 'string') return null;
  if (mode !== null && mode !== 'away' && mode !== 'home' && mode !== 'night') return null;
  return { state, mode };
}
