import type { StationReport } from '../../src/act/station-report.ts';
import { wallTime } from '../../src/base/time.ts';
import type { Ack, LifeResult, ReportResult, SignOfLife, Station } from '../../src/hub/ports.ts';

/** What the next messages meet with. */
type Fate = 'take' | 'lose' | 'refuse' | 'forge' | 'hold';

/** A station in memory, held to the same contract as the real ones. */
export interface FakeStation extends Station {
  /** Ids of reports, each once. */
  readonly taken: readonly string[];
  /** The same, whole. */
  readonly reports: StationReport[];
  readonly lives: readonly SignOfLife[];
  /** The next message meets with this. */
  next(fate: Fate): void;
  /** All do, from now on. */
  always(fate: Fate): void;
}

export function createFakeStation(id = 'arc'): FakeStation {
  const taken: string[] = [];
  const reports: StationReport[] = [];
  const lives: SignOfLife[] = [];
  const held = Promise.withResolvers<{ readonly outcome: 'unanswered'; readonly why: string }>();
  const stopped = { outcome: 'unanswered', why: 'the hub stops' } as const;
  let usual: Fate = 'take';
  let fates: Fate[] = [];
  let closed = false;
  const ack: Ack = { bytes: 'ACK of the fake', at: wallTime(0), path: 'fake' };

  function meet(): Promise<ReportResult> {
    if (closed) return Promise.resolve(stopped);
    switch (fates.shift() ?? usual) {
      case 'take':
        return Promise.resolve({ outcome: 'acked', ack });
      case 'lose':
        return Promise.resolve({ outcome: 'unanswered', why: 'no answer' });
      case 'forge':
        return Promise.resolve({ outcome: 'unanswered', why: 'a wrong signature' });
      case 'refuse':
        return Promise.resolve({ outcome: 'refused', why: 'not readable' });
      case 'hold':
        return held.promise;
    }
  }

  return {
    id,
    taken,
    reports,
    lives,
    next: (fate) => {
      fates = [...fates, fate];
    },
    always: (fate) => {
      usual = fate;
    },
    send(report) {
      const isRefused = (fates[0] ?? usual) === 'refuse';
      if (!closed && !isRefused && !taken.includes(report.id)) {
        taken.push(report.id);
        reports.push(report);
      }
      return meet();
    },
    async supervise(life): Promise<LifeResult> {
      lives.push(life);
      const result = await meet();
      if (result.outcome === 'acked') return { outcome: 'answered', ack: result.ack };
      return { outcome: 'silent', why: 'why' in result ? result.why : '' };
    },
    async close() {
      closed = true;
      held.resolve(stopped);
    },
  };
}
