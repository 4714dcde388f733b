import type { PanelEvent } from './events.ts';
import { addFault, clearFault } from './faults.ts';
import { record, type Step } from './step.ts';

// A radio that hears nothing of its devices is a fault like any other. While the panel is set it may be the beginning of
// a break-in, so it gets a row of its own with all that a monitoring service asks for.

type Jammed = Extract<PanelEvent, { readonly type: 'jammed' }>;

const PREFIX = 'jamming:';

const jammingFault = (radio: string): string => `${PREFIX}${radio}`;

/** Radios that are jammed, by their faults. */
export const jammedRadios = (faults: readonly string[]): readonly string[] =>
  faults.filter((fault) => fault.startsWith(PREFIX)).map((fault) => fault.slice(PREFIX.length));

export function onJammed(step: Step, { radio, by, devices }: Jammed): Step {
  if (step.state.faults.includes(jammingFault(radio))) return step;
  const noted = addFault(step, jammingFault(radio));
  const { set } = step.state;
  return set === null ? noted : record(noted, 'jamming', { radio, by, devices, mode: set.mode });
}

export function onJammingOver(step: Step, radio: string): Step {
  if (!step.state.faults.includes(jammingFault(radio))) return step;
  const cleared = clearFault(step, jammingFault(radio));
  return step.state.set === null ? cleared : record(cleared, 'jamming-over', { radio });
}

/** What was a fault before the panel was set is now worth telling. */
export function tellOfJamming(step: Step): Step {
  const { set, faults } = step.state;
  if (set === null) return step;
  return jammedRadios(faults).reduce(
    (told, radio) => record(told, 'jamming', { radio, by: 'before', devices: [], mode: set.mode }),
    step,
  );
}
