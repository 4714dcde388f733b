import type { Facts, Finding } from './facts.ts';
import { examineHub } from './hub.ts';
import { examineMachine } from './machine.ts';

/** Facts to findings: what is well, what is not, and what to do about it. */
export const examine = ({ machine, hub, service }: Facts): readonly Finding[] => [
  ...examineHub(hub, machine, service),
  ...examineMachine(machine),
];
