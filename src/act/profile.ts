import type { KeypadCommands, OutputRole, SwitchCommands } from './plan.ts';

/** How a model is switched and answered. In a role it leaves out, it is switched as its family is. */
export interface ActModel {
  readonly switches: Readonly<Partial<Record<OutputRole, SwitchCommands>>>;
  /** Null: this model is no keypad. */
  readonly keypad: KeypadCommands | null;
}

/** How one family's devices are told what to do. */
export interface ActProfile {
  readonly switches: Readonly<Record<OutputRole, SwitchCommands>>;
  /** How a device of unknown model is answered once it has shown itself to be a keypad; null: the family has none. */
  readonly anyKeypad: KeypadCommands | null;
  readonly models: ReadonlyMap<string, ActModel>;
}

/** How to switch this model in this role; as the family does where the model is unknown or says nothing of it. */
export function switchCommands(profile: ActProfile, model: string | null, role: OutputRole): SwitchCommands {
  return modelOf(profile, model)?.switches[role] ?? profile.switches[role];
}

/** How to answer this model's keypad; null when it is none, or the model is not known. */
export function keypadCommands(profile: ActProfile, model: string | null): KeypadCommands | null {
  return modelOf(profile, model)?.keypad ?? null;
}

function modelOf(profile: ActProfile, model: string | null): ActModel | undefined {
  return model === null ? undefined : profile.models.get(model);
}
