import { expect, it } from 'vitest';
import type { StationReport } from '../../src/act/station-report.ts';
import { wallTime } from '../../src/base/time.ts';
import type { Sending, Station } from '../../src/hub/ports.ts';

/** One station with somebody at its far end. */
export interface Bench {
  readonly station: Station;
  /** Kinds of reports the far end took, each report once however often it came. */
  taken(): readonly string[];
  /** Signs of life it heard. */
  lives(): number;
  /** The next message is taken, and the answer is lost; the station knows it. */
  loseAnswer(): void;
  /** The next report is refused for good. */
  refuse(): void;
  /** Somebody without the secret answers the next message. */
  forge(): void;
  /** The next message gets no answer, for as long as it takes. */
  hold(): void;
  /** Resolves when the far end has heard so many messages. */
  heard(count: number): Promise<void>;
  close(): Promise<void>;
}

export const reportOf = (id: string, change: Partial<StationReport> = {}): StationReport => ({
  id,
  kind: 'perimeter',
  is: 'new',
  alarm: 'a1',
  at: wallTime(Date.UTC(2026, 10, 21, 20)),
  zone: { id: 'front-window', number: 5, name: 'Front window' },
  user: 0,
  text: null,
  ...change,
});
export const first: Sending = { sequence: 1, urgency: 'ordinary', form: 'full' };
export const restful = { waiting: 0, answers: [] } as const;

/** What every station promises. */
export function keepsTheStationContract(open: () => Promise<Bench>): void {
  const story = (name: string, run: (bench: Bench) => Promise<void>) =>
    it(name, async () => {
      const bench = await open();
      try {
        await run(bench);
      } finally {
        await bench.close();
      }
    });

  story('a report that was taken has proof', async ({ station, taken }) => {
    const result = await station.send(reportOf('r1'), first);
    if (result.outcome !== 'acked') throw new Error(JSON.stringify(result));
    expect(result.ack.bytes.length).toBeGreaterThan(10);
    expect(result.ack.path).toMatch(/^[a-z ]+$/);
    expect(taken()).toEqual(['r1']);
  });

  story(
    'one whose answer was lost is unanswered, and sent again it is there once',
    async ({ station, taken, loseAnswer }) => {
      loseAnswer();
      expect((await station.send(reportOf('r1'), first)).outcome).toBe('unanswered');
      expect((await station.send(reportOf('r1'), first)).outcome).toBe('acked');
      expect(taken()).toEqual(['r1']);
    },
  );

  story('a refusal is a refusal, in words', async ({ station, refuse }) => {
    refuse();
    const result = await station.send(reportOf('r1'), first);
    expect(result).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/\w+ \w+/) });
  });

  story('what a stranger answers is no proof', async ({ station, forge }) => {
    forge();
    const result = await station.send(reportOf('r1'), first);
    expect(result).toMatchObject({ outcome: 'unanswered', why: expect.stringMatching(/\w+ \w+/) });
  });

  story('a sign of life is answered', async ({ station, lives }) => {
    expect(await station.supervise(restful)).toMatchObject({ outcome: 'answered' });
    expect(lives()).toBe(1);
  });

  story('one whose answer was lost is silence', async ({ station, loseAnswer }) => {
    loseAnswer();
    expect((await station.supervise(restful)).outcome).toBe('silent');
  });

  story('a report goes on its way beside a sign of life that hangs', async ({ station, hold, heard, taken }) => {
    hold();
    const life = station.supervise(restful);
    await heard(1);
    expect((await station.send(reportOf('r1'), { ...first, urgency: 'urgent' })).outcome).toBe('acked');
    expect(taken()).toEqual(['r1']);
    await station.close();
    expect((await life).outcome).not.toBe('answered');
  });

  story('a stop ends what hangs, and nothing is taken after it', async ({ station, hold, heard }) => {
    hold();
    const result = station.send(reportOf('r1'), first);
    await heard(1);
    await station.close();
    expect((await result).outcome).toBe('unanswered');
    expect((await station.send(reportOf('r2'), first)).outcome).toBe('unanswered');
    await station.close();
  });
}
