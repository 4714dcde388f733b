import type { KeypadCommands, OutputRole, SwitchCommands } from './plan.ts';

/** How a model is switched and answered; what it leaves out, its family says. */
export interface ActModel {
  readonly switches: Readonly<Partial<Record<OutputRole, SwitchCommands>>>;
  /** Undefined: as the family. */
  readonly keypad?: KeypadCommands;
}

/** How one family's devices are told what to do. */
export interface ActProfile {
  readonly switches: Readonly<Record<OutputRole, SwitchCommands>>;
  /** Null: only the models that say so are keypads. */
  readonly keypad: KeypadCommands | null;
  readonly models: ReadonlyMap<string, ActModel>;
}

/** How to switch this model in this role; as the family does where the model is unknown or says nothing of it. */
export function switchCommands(profile: ActProfile, model: string | null, role: OutputRole): SwitchCommands {
  return modelOf(profile, model)?.switches[role] ?? profile.switches[role];
}

/** How to answer this model's keypad; null when it is none. */
export function keypadCommands(profile: ActProfile, model: string | null): KeypadCommands | null {
  return modelOf(profile, model)?.keypad ?? profile.keypad;
}

function modelOf(profile: ActProfile, model: string | null): ActModel | undefined {
  return model === null ? undefined : profile.models.get(model);
}
