import type { Json } from '../base/json.ts';
import type { CommandTemplate } from './plan.ts';

/** One message to a device, ready to send. */
export interface DeviceCommand {
  readonly topic: string;
  readonly payload: string;
}

/** The numbers a template may ask for. */
export interface CommandValues {
  /** How long the siren is to sound; sent as whole seconds, rounded up, at least 1. */
  readonly seconds?: number;
  /** The number of the keypad's request that is answered. */
  readonly transaction?: number;
  /** Which part of the device, where it has several. */
  readonly address?: string;
}

/**
 * The messages these templates mean for this device. A field that asks for a number not given is left out, as a
 * device refuses a placeholder. A template topic with `$device` in it stands for a whole topic; any other is
 * appended to the device's own.
 */
export function render(
  templates: readonly CommandTemplate[],
  deviceTopic: string,
  values: CommandValues,
): readonly DeviceCommand[] {
  const kind = deviceTopic.split('/').at(-2);
  return templates
    .filter((template) => template.for === undefined || template.for === kind)
    .map((template) => ({
      topic: commandTopic(template.topic, deviceTopic)
        .split('$address')
        .join(values.address ?? ''),
      payload: commandPayload(template.payload, values),
    }));
}

function commandTopic(template: string, deviceTopic: string): string {
  return template.includes('$device') ? template.split('$device').join(deviceTopic) : deviceTopic + template;
}

function commandPayload(template: Json, values: CommandValues): string {
  const filled = fill(template, values);
  if (filled === undefined) return '';
  return typeof filled === 'string' ? filled : JSON.stringify(filled);
}

function fill(template: Json, values: CommandValues): Json | undefined {
  if (template === '$seconds') return values.seconds === undefined ? undefined : wholeSeconds(values.seconds);
  if (template === '$transaction') return values.transaction;
  if (template === '$address') return addressValue(values.address);
  if (isList(template)) return template.map((item) => fill(item, values)).filter((item) => item !== undefined);
  if (typeof template === 'object' && template !== null) return fillFields(template, values);
  return template;
}

function fillFields(template: { readonly [key: string]: Json }, values: CommandValues): Json {
  const filled: [string, Json][] = [];
  for (const [key, value] of Object.entries(template)) {
    const field = fill(value, values);
    if (field !== undefined) filled.push([key, field]);
  }
  return Object.fromEntries(filled);
}

function addressValue(address: string | undefined): Json | undefined {
  return address !== undefined && /^\d{1,9}$/.test(address) ? Number(address) : address;
}

function wholeSeconds(seconds: number): number {
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : 1;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
