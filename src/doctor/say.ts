import type { Finding } from './facts.ts';

export const ok = (about: string, says: string): Finding => ({ about, is: 'ok', says, remedy: null });
export const unknown = (about: string, says: string, remedy: string): Finding => ({
  about,
  is: 'unknown',
  says,
  remedy,
});
export const warn = (about: string, says: string, remedy: string): Finding => ({ about, is: 'warn', says, remedy });
export const bad = (about: string, says: string, remedy: string): Finding => ({ about, is: 'bad', says, remedy });

/** `1.5 GiB`, to a digit that a person can use. */
export function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${value < 10 && unit > 0 ? Math.round(value * 10) / 10 : Math.round(value)} ${units[unit] ?? ''}`;
}

export const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
