import { openPty } from '../link/serial/pty.ts';
import type { Contender } from './contender.ts';
import { startBesideRadio } from './peers.ts';
import { busyTriggers } from './triggers.ts';

/** Triggers with a silent radio beside the broker, and with one that says all its port can carry; in milliseconds. */
export interface SerialFigures {
  readonly quiet: readonly (number | null)[];
  readonly flooded: readonly (number | null)[];
  /** Messages that came in by radio while triggers were measured. */
  readonly messages: number;
}

/** 115200 baud with a start and a stop bit to each byte. */
const BYTES_A_SECOND = 11_520;
const LINE = '12;1;1;0;16;1\n';
const EVERY_MS = 10;
const ROUNDS = 6;
const PER_ROUND = 60;

export async function measureSerial(): Promise<SerialFigures> {
  const silent = openPty();
  const loud = openPty();
  const quiet = await startBesideRadio('a silent radio', silent.path);
  const flooded = await startBesideRadio('a radio that floods', loud.path);
  const flood = startFlood((text) => loud.say(text));
  try {
    const samples = await busyTriggers([quiet, flooded], ROUNDS, PER_ROUND);
    const sirens = (of: Contender): readonly (number | null)[] => (samples.get(of) ?? []).map(({ siren }) => siren);
    return { quiet: sirens(quiet), flooded: sirens(flooded), messages: flood.stop() };
  } finally {
    flood.stop();
    await quiet.close();
    await flooded.close();
    silent.unplug();
    loud.unplug();
  }
}

/** Lines at the speed of the port; what a late timer missed is made up for. */
function startFlood(say: (text: string) => Promise<void>): { readonly stop: () => number } {
  const startedAt = performance.now();
  let lines = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * (BYTES_A_SECOND / LINE.length));
    void say(LINE.repeat(due - lines));
    lines = due;
  }, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return lines;
    },
  };
}
