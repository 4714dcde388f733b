import { render } from '../act/commands.ts';
import type { KeypadCommands, KeypadShow } from '../act/plan.ts';
import { keypadCommands, switchCommands } from '../act/profile.ts';
import type { Answer, ReplyTo } from '../alarm/events.ts';
import type { PanelState } from '../alarm/state.ts';
import { type PanelPhase, phaseOf, sirenWanted } from '../alarm/view.ts';
import type { OutputId } from '../base/brand.ts';
import { between, type Instant, sooner } from '../base/time.ts';
import { addressOf } from '../sense/reader.ts';
import {
  type OutputState,
  reports,
  shownOutput,
  soundsWithSiren,
  tell,
  UNTOLD,
  type Wanted,
  wantsAgain,
} from './outputs.ts';
import type { HubFamily, HubPlan } from './plan.ts';

/** Sirens, strobes, lights and keypads: what they were told, and telling them. */
export interface Driving {
  /** Orders what the panel now wants of sirens, and tells again what was not confirmed. Waits for nothing. */
  drive(panel: PanelState, now: Instant): void;
  light(light: OutputId, to: 'on' | 'off', now: Instant): void;
  /** The client of sirens came, or came back: they are told again, and the times of repeating start anew. */
  retell(which: readonly number[], panel: PanelState, now: Instant): void;
  reported(output: number, power: boolean): void;
  /** A keypad spoke; from now on it is shown what the panel does. */
  keypadSpoke(device: number): void;
  showKeypads(panel: PanelState): void;
  answerKeypad(to: Extract<ReplyTo, { via: 'keypad' }>, answer: Answer, before: PanelPhase, panel: PanelState): void;
  deadline(): Instant | null;
  /** What to show of each output. */
  shown(): readonly { readonly id: OutputId; readonly state: 'on' | 'off' }[];
}

export interface DrivingNeeds {
  readonly plan: HubPlan;
  readonly families: ReadonlyMap<string, HubFamily>;
  /** Models that gateways told, by topic. */
  readonly models: ReadonlyMap<string, string>;
  readonly send: (topic: string, payload: string) => void;
  /** An output was told something. */
  readonly onTold: (again: Instant | null) => void;
}

export function createDriving({ plan, families, models, send, onTold }: DrivingNeeds): Driving {
  const outputs: OutputState[] = plan.outputs.map(() => UNTOLD);
  const keypadsHeard = new Set<number>();
  let keypadShow: KeypadShow | null = null;

  function order(index: number, wanted: Wanted, now: Instant): void {
    const output = plan.outputs[index];
    const state = outputs[index];
    const family = output === undefined ? undefined : families.get(output.profile);
    if (output === undefined || state === undefined || family === undefined) return;
    const commands = switchCommands(family.act, output.model ?? models.get(output.topic) ?? null, output.role);
    const left = wanted.until === null ? {} : { seconds: between(now, wanted.until) / 1000 };
    const address = addressOf(family.sense, output.address);
    const values = address === null ? left : { ...left, address };
    for (const command of render(commands[wanted.to], output.topic, values)) send(command.topic, command.payload);
    const told = tell(state, wanted, commands, now);
    outputs[index] = told;
    onTold(told.again);
  }

  function driveSiren(index: number, state: OutputState, panel: PanelState, now: Instant): void {
    const to = sirenWanted(panel) ? 'on' : 'off';
    const until = to === 'on' ? (panel.sounding?.until ?? null) : null;
    if (state.told !== to || state.until !== until || wantsAgain(state, now)) order(index, { to, until }, now);
  }

  /** Told anew, whatever it was told before: whoever asks for it knows why. */
  function anew(index: number, state: OutputState, wanted: Wanted, now: Instant): void {
    outputs[index] = { ...state, tries: 0, reported: null };
    order(index, wanted, now);
  }

  /** Only what is known to be a keypad, by its model or by what it said, is spoken to as one. */
  function keypad(index: number): { readonly topic: string; readonly commands: KeypadCommands } | null {
    const device = plan.devices[index];
    const family = device === undefined ? undefined : families.get(device.profile);
    if (device === undefined || family === undefined) return null;
    const known = keypadCommands(family.act, device.model ?? models.get(device.topic) ?? null);
    const commands = known ?? (keypadsHeard.has(index) ? family.act.anyKeypad : null);
    return commands === null ? null : { topic: device.topic, commands };
  }

  function showKeypads(panel: PanelState): void {
    const show = keypadShowOf(panel);
    if (show === keypadShow) return;
    keypadShow = show;
    plan.devices.forEach((_, index) => {
      const shown = keypad(index);
      if (shown === null) return;
      for (const command of render(shown.commands.show[show] ?? [], shown.topic, {}))
        send(command.topic, command.payload);
    });
  }

  return {
    drive(panel, now) {
      outputs.forEach((state, index) => {
        const role = plan.outputs[index]?.role;
        if (role !== undefined && soundsWithSiren(role)) driveSiren(index, state, panel, now);
        else if (wantsAgain(state, now)) order(index, { to: state.told, until: state.until }, now);
      });
    },
    light(light, to, now) {
      const index = plan.outputs.findIndex(({ id }) => id === light);
      const state = outputs[index];
      if (state !== undefined) anew(index, state, { to, until: null }, now);
    },
    retell(which, panel, now) {
      for (const index of which) {
        const output = plan.outputs[index];
        const state = outputs[index];
        if (output === undefined || state === undefined || !soundsWithSiren(output.role)) continue;
        anew(index, state, { to: state.told, until: state.until }, now);
      }
      keypadShow = null;
      showKeypads(panel);
    },
    reported(index, power) {
      const state = outputs[index];
      if (state !== undefined) outputs[index] = reports(state, power);
    },
    keypadSpoke: (device) => keypadsHeard.add(device),
    showKeypads,
    answerKeypad(to, answer, before, panel) {
      const found = keypad(plan.devices.findIndex((device) => device.id === to.device));
      if (found === null || to.asked === 'panic') return;
      const templates = found.commands.answer[keypadAnswer(to.asked, answer, before, panel)] ?? [];
      const transaction = to.transaction === null ? {} : { transaction: to.transaction };
      for (const command of render(templates, found.topic, transaction)) send(command.topic, command.payload);
    },
    deadline: () => outputs.reduce<Instant | null>((first, { again }) => sooner(first, again), null),
    shown: () =>
      plan.outputs.map(({ id, role }, index) => ({ id, state: shownOutput(role, outputs[index] ?? UNTOLD) })),
  };
}

function keypadShowOf(panel: PanelState): KeypadShow {
  const phase = phaseOf(panel);
  switch (phase) {
    case 'arming':
      return 'exit_delay';
    case 'pending':
      return 'entry_delay';
    case 'triggered':
      return 'in_alarm';
    default:
      return phase;
  }
}

/** What the keypad is told of its own request. */
function keypadAnswer(asked: 'arm' | 'disarm', answer: Answer, before: PanelPhase, panel: PanelState): KeypadShow {
  if (!answer.ok) {
    if (answer.error === 'zones_open') return 'not_ready';
    return answer.error === 'bad_code' || answer.error === 'locked_out' ? 'invalid_code' : 'refused';
  }
  if (asked === 'disarm') return before === 'disarmed' ? 'already_disarmed' : 'disarmed';
  return panel.set === null ? 'disarmed' : `armed_${panel.set.mode}`;
}
