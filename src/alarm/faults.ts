import { change, record, type Step } from './step.ts';

// What is wrong and has a name, until it is right again. A fault that is there already is no news.

export function addFault(step: Step, fault: string): Step {
  if (step.state.faults.includes(fault)) return step;
  return record(change(step, { faults: [...step.state.faults, fault] }), 'fault', { fault });
}

export function clearFault(step: Step, fault: string): Step {
  if (!step.state.faults.includes(fault)) return step;
  const faults = step.state.faults.filter((one) => one !== fault);
  return record(change(step, { faults }), 'fault-cleared', { fault });
}
