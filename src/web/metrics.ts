import type { LocalView } from '../hub/ports.ts';

/** Prometheus text format 0.0.4. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const STATES: readonly LocalView['state'][] = [
  'disarmed',
  'arming',
  'armed_away',
  'armed_home',
  'armed_night',
  'pending',
  'triggered',
];

/**
 * The local view as numbers. All of it is made from what the retained topics say: memory, processor time, texts, rows
 * and requests would tell of a silent call, so none of them is here.
 */
export function metricsText(view: LocalView, facts: { readonly version: string; readonly ready: boolean }): string {
  const zones = Object.entries(view.zones);
  const zone = (name: string, help: string, value: (one: LocalView['zones'][keyof LocalView['zones']]) => number) =>
    family(
      name,
      help,
      zones.map(([id, one]) => ({ labels: { zone: id }, value: value(one) })),
    );
  return [
    family('lantern_info', 'The running version.', [{ labels: { version: facts.version }, value: 1 }]),
    family('lantern_ready', '1 when the hub guards.', [{ value: bit(facts.ready) }]),
    family(
      'lantern_panel_state',
      '1 for the state the panel is in.',
      STATES.map((state) => ({ labels: { state }, value: bit(view.state === state) })),
    ),
    family(
      'lantern_alarms',
      'Open alarms that may be seen on site, by kind.',
      ['intruder', 'personal', 'tamper', 'fire', 'fault'].map((kind) => ({
        labels: { kind },
        value: view.alarms.filter((alarm) => alarm.kind === kind).length,
      })),
    ),
    family('lantern_faults', 'Faults that hold now.', [{ value: view.attributes.faults.length }]),
    zone('lantern_zone_open', '1 open, 0 closed, -1 not known.', ({ open }) => (open === null ? -1 : bit(open))),
    zone('lantern_zone_online', '0 when it was silent for too long.', ({ online }) => bit(online)),
    zone('lantern_zone_battery_low', '1 when the battery is low.', ({ batteryLow }) => bit(batteryLow)),
    zone('lantern_zone_tamper', '1 when somebody is at the device.', ({ tamper }) => bit(tamper)),
    zone('lantern_zone_bypassed', '1 when it is left out.', ({ bypassed }) => bit(bypassed)),
    family(
      'lantern_output_on',
      '1 when it was told to be on.',
      Object.entries(view.outputs).map(([output, is]) => ({ labels: { output }, value: bit(is === 'on') })),
    ),
  ].join('');
}

const bit = (is: boolean): number => (is ? 1 : 0);

function family(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => `${name}${labels === undefined ? '' : labelled(labels)} ${value}`);
  return `${[`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines].join('\n')}\n`;
}

function labelled(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, '\\$&')}"`);
  return `{${pairs.join(',')}}`;
}
