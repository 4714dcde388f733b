/** A state, and what came of reaching it. */
interface Step<S, E> {
  readonly state: S;
  readonly effects: readonly E[];
}

/** One step after another; the effects add up in order. */
export function chain<S, E>(state: S, ...nexts: readonly ((state: S) => Step<S, E>)[]): Step<S, E> {
  const effects: E[] = [];
  let current = state;
  for (const next of nexts) {
    const step = next(current);
    current = step.state;
    effects.push(...step.effects);
  }
  return { state: current, effects };
}

/** The same for each item. */
export function each<S, E, T>(state: S, items: readonly T[], next: (state: S, item: T) => Step<S, E>): Step<S, E> {
  return chain(state, ...items.map((item) => (current: S) => next(current, item)));
}
