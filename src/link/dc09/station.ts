import type { StationReport } from '../../act/station-report.ts';
import type { Clock, Station } from '../../hub/ports.ts';
import { createDc09Client, type Dc09Body, type Dc09Config } from './client.ts';
import { writeTime } from './time.ts';

export interface Dc09StationParts {
  readonly id: string;
  readonly config: Dc09Config;
  readonly clock: Clock;
  /** The report in the words of this station. */
  readonly word: (report: StationReport, form: 'full' | 'plain') => Dc09Body;
}

/** A report sent later than this after it happened says when that was; receivers take messages up to 40 s old. */
const LATE_MS = 20_000;
const LIFE: Dc09Body = { token: 'NULL', data: '', extras: [] };

/** A monitoring service that speaks DC-09. It has no way to ask anything of the hub. */
export function createDc09Station({ id, config, clock, word }: Dc09StationParts): Station {
  const client = createDc09Client(config, clock);

  function timed(report: StationReport, body: Dc09Body): Dc09Body {
    const isLate = report.at !== null && clock.wall() - report.at > LATE_MS;
    return report.at !== null && isLate ? { ...body, extras: [`H${writeTime(report.at)}`, ...body.extras] } : body;
  }

  return {
    id,
    send: (report, { sequence, urgency, form }) => client.send(timed(report, word(report, form)), sequence, urgency),
    async supervise() {
      const result = await client.send(LIFE, 0, 'routine');
      switch (result.outcome) {
        case 'acked':
          return { outcome: 'answered', ack: result.ack };
        case 'put-off':
          return result;
        default:
          return { outcome: 'silent', why: result.why };
      }
    },
    close: () => client.close(),
  };
}
