import type { Civil } from '../escalate/events.ts';
import type { Clock } from './ports.ts';

/** Tells the time as people where the house is would, from its clock and the rules of its zone. */
export function createCivil(clock: Pick<Clock, 'wall' | 'trusted'>, timezone: string): () => Civil {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' });
  return () => {
    const wall = clock.wall();
    if (!clock.trusted()) return { wall, minute: null };
    const [hour = '0', minute = '0'] = format.format(wall).split(':');
    return { wall, minute: (Number(hour) % 24) * 60 + Number(minute) };
  };
}
