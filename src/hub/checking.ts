import type { Order, PanelEvent } from '../alarm/events.ts';
import type { SourceId } from '../base/brand.ts';
import type { Codes } from './ports.ts';

/** Codes waiting to be checked, per source and in all. Nobody types faster; a flood is refused without a hash. */
const PER_SOURCE = 4;
const IN_ALL = 32;

/** Checks codes one after another per source, so that two orders of one person keep their order. */
export interface Checking {
  /** False: too many are waiting. */
  check(order: Order, code: string): boolean;
}

export function createChecking(codes: Codes, mayArm: () => boolean, post: (event: PanelEvent) => void): Checking {
  const sources = new Map<SourceId, { count: number; last: Promise<void> }>();
  let inAll = 0;

  async function run(order: Order, code: string): Promise<void> {
    const found = await codes.check(code);
    inAll -= 1;
    const source = sources.get(order.source);
    if (source !== undefined) source.count -= 1;
    if (source?.count === 0) sources.delete(order.source);
    post(found === null ? { type: 'code-wrong', order } : { type: 'code-verified', order, ...found, mayArm: mayArm() });
  }

  return {
    check(order, code) {
      const source = sources.get(order.source) ?? { count: 0, last: Promise.resolve() };
      if (source.count >= PER_SOURCE || inAll >= IN_ALL) return false;
      source.count += 1;
      inAll += 1;
      source.last = source.last.then(() => run(order, code));
      sources.set(order.source, source);
      return true;
    },
  };
}
