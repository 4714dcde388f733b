import type { BoardConfig, Clock, Log, Wires } from '../../hub/ports.ts';
import { superviseBoard } from './board.ts';
import { loadPackages } from './packages.ts';

/**
 * Arduinos that speak Firmata. Each is on a port of its own and lives or dies alone.
 *
 * - A board is `up` when every input has been read twice over and every output confirmed; its readings follow at once, as
 *   stored ones, and every change after that as a live one.
 * - `down` comes with a sentence: at once where a board is unplugged, within 4 s where it hangs (`noticedWithinMs`), within
 *   10 s where what was plugged in never says what it is. Then its inputs are `lost`. It is tried again after 1, 2, 4 … 30 s,
 *   for ever.
 * - An output says `on` or `off` once the board confirms it. One never told is `off`.
 *
 * What boards need of npm is loaded by `open`, and only where there is a board.
 */
export function createBoards(
  configs: readonly BoardConfig[],
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Wires {
  const boards = configs.map((config) => superviseBoard(config, { clock, log, load: loadPackages }));
  return {
    async open(door) {
      await Promise.all(boards.map((board) => board.open(door)));
    },
    command(topic, payload) {
      if (!boards.some((board) => board.command(topic, payload))) log.warn({ topic }, 'no board has this output');
    },
    async close() {
      await Promise.all(boards.map((board) => board.close()));
    },
  };
}
