import type { GatewayConfig, Log, WiresDoor } from '../../../src/hub/ports.ts';

/** What the door was told, one line a call, in order: `message #serial/rf433/heard {"rflink":"NewKaku"}`. */
export interface RecordedWires extends WiresDoor {
  readonly lines: readonly string[];
  /** Resolves as soon as a line that was not awaited before contains the text. */
  heard(text: string): Promise<string>;
  /** How many lines contain the text. */
  count(text: string): number;
}

export function recordWires(): RecordedWires {
  const lines: string[] = [];
  const taken = new Set<number>();
  let waiting: { readonly text: string; readonly done: (line: string) => void }[] = [];

  function look(): void {
    waiting = waiting.filter(({ text, done }) => {
      const found = lines.findIndex((line, place) => !taken.has(place) && line.includes(text));
      if (found < 0) return true;
      taken.add(found);
      done(lines[found] ?? '');
      return false;
    });
  }
  const record = (line: string): void => {
    lines.push(line);
    look();
  };

  return {
    lines,
    message: (topic, payload, stored) =>
      record(`message ${topic} ${Buffer.from(payload).toString()}${stored ? ' stored' : ''}`),
    gateway: (base, is, why) => record(`gateway ${base} ${is}: ${why}`),
    noise: (base, is) => record(`noise ${base} ${is}`),
    refused: (base, why) => record(`refused ${base} ${why}`),
    heard(text) {
      const found = new Promise<string>((done) => waiting.push({ text, done }));
      look();
      return found;
    },
    count: (text) => lines.filter((line) => line.includes(text)).length,
  };
}

export const quietLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

export const rflinkAt = (port: string): GatewayConfig => ({
  id: 'rf433',
  type: 'rflink',
  port,
  baud: 57_600,
  command: null,
  silenceMs: 30_000,
});

export const programAt = (...command: [string, ...string[]]): GatewayConfig => ({
  id: 'attic',
  type: 'rtl_433',
  port: null,
  baud: 0,
  command,
  silenceMs: 30_000,
});
