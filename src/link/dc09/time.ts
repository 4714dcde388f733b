import { type WallTime, wallTime } from '../../base/time.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** `HH:MM:SS,MM-DD-YYYY`, always UTC: how DC-09 writes a moment, in a timestamp and in an `H` field. */
export function writeTime(at: WallTime): string {
  const date = new Date(at);
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${clock},${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}-${String(date.getUTCFullYear()).padStart(4, '0')}`;
}

/** The moment so written; null: it is none. */
export function readTime(text: string): WallTime | null {
  const found = /^(\d\d):(\d\d):(\d\d),(\d\d)-(\d\d)-(\d{4})$/.exec(text);
  if (found === null) return null;
  const [hour, minute, second, month, day, year] = found.slice(1).map(Number);
  const at = Date.parse(
    `${String(year).padStart(4, '0')}-${two(month ?? 0)}-${two(day ?? 0)}T${two(hour ?? 0)}:${two(minute ?? 0)}:${two(second ?? 0)}Z`,
  );
  // Some engines roll a 31st of February over; only what reads back as it was written is a moment.
  return Number.isNaN(at) || writeTime(wallTime(at)) !== text ? null : wallTime(at);
}
