import type { StationDoor } from '../../src/hub/ports.ts';
import { createWaiting, type Waiting } from '../whole/waiting.ts';

/** What a station told the hub: `c1 acknowledge a1 by op 7`, or `refused WHY`. */
export interface RecordedStationDoor extends StationDoor, Waiting {
  readonly lines: readonly string[];
}

export function recordStationDoor(): RecordedStationDoor {
  const lines: string[] = [];
  const waiting = createWaiting(() => JSON.stringify(lines));
  return {
    ...waiting,
    lines,
    commands(_station, commands) {
      lines.push(...commands.map(({ id, order, alarm, by }) => `${id} ${order} ${alarm} by ${by}`));
      waiting.look();
    },
    refused(_station, why) {
      lines.push(`refused ${why}`);
      waiting.look();
    },
  };
}
