import { type Contender, pause, randomBetween, type Sample } from './contender.ts';
import { noticeTopic } from './hub.ts';
import { connectClient } from './mqtt.ts';

export type Samples = ReadonlyMap<Contender, readonly Sample[]>;

/**
 * Triggers 5–15 ms after the last thing a contender had to do. Contenders take turns in rounds, so that what the machine
 * does meanwhile meets all of them, and each round begins with another.
 */
export async function busyTriggers(
  contenders: readonly Contender[],
  rounds: number,
  perRound: number,
): Promise<Samples> {
  const samples = empty(contenders);
  for (const contender of contenders) await warmUp(contender);
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of turned(contenders, round)) {
      for (let i = 0; i < perRound; i += 1) {
        await contender.prepare();
        await pause(randomBetween(5, 15));
        samples.get(contender)?.push(await contender.fire());
      }
    }
  }
  return samples;
}

/** Triggers 100–300 ms after the last thing a contender had to do: meanwhile it is the others' turn. */
export async function restingTriggers(contenders: readonly Contender[], rounds: number): Promise<Samples> {
  const samples = empty(contenders);
  const free = new Map(contenders.map((contender) => [contender, 0]));
  for (const contender of contenders) await contender.prepare();
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of turned(contenders, round)) {
      const rest = (free.get(contender) ?? 0) + randomBetween(100, 300) - performance.now();
      if (rest > 0) await pause(rest);
      samples.get(contender)?.push(await contender.fire());
      await contender.prepare();
      free.set(contender, performance.now());
    }
  }
  return samples;
}

/**
 * Triggers while a gate beside the house opens and shuts every 5–15 ms, each time a row for the log: the disk is never idle,
 * so a siren that waits for it anywhere meets it.
 */
export async function triggersAmongRows(
  contenders: readonly Contender[],
  rounds: number,
  perRound: number,
): Promise<Samples> {
  const stops = await Promise.all(contenders.map((contender) => keepOpeningTheGate(contender.port)));
  try {
    return await busyTriggers(contenders, rounds, perRound);
  } finally {
    for (const stop of stops) stop();
  }
}

async function keepOpeningTheGate(port: number): Promise<() => void> {
  const client = await connectClient(port, 'gate');
  let timer: NodeJS.Timeout;
  let closed = false;
  const swing = (): void => {
    closed = !closed;
    client.publish(noticeTopic, JSON.stringify({ battery: 97, contact: closed }));
    timer = setTimeout(swing, randomBetween(5, 15));
  };
  swing();
  return () => {
    clearTimeout(timer);
    client.close();
  };
}

/** The first triggers run through code nobody has run yet; a house has had its first message long before its first alarm. */
async function warmUp(contender: Contender): Promise<void> {
  for (let i = 0; i < 30; i += 1) {
    await contender.prepare();
    await contender.fire();
  }
}

const empty = (contenders: readonly Contender[]): Map<Contender, Sample[]> =>
  new Map(contenders.map((contender) => [contender, []]));

const turned = <T>(list: readonly T[], by: number): readonly T[] => {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
};
