// How facts stand on paper.

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** An ISO day as people write it: `21 Nov 2026`. What is no day stands as it came. */
export function dayText(iso: string): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso) ?? [];
  const name = months[Number(month) - 1];
  return name === undefined ? iso : `${Number(day)} ${name} ${year}`;
}

/** An ISO time in UTC, to the second: `21 Nov 2026 20:29:05 UTC`. What is no time stands as it came. */
export function timeText(iso: string): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return iso;
  const utc = new Date(ms).toISOString();
  return `${dayText(utc)} ${utc.slice(11, 19)} UTC`;
}

/** A word of the config as a person reads it: `hub_battery` is `Hub battery`. */
export function wordText(word: string): string {
  const spaced = word.replace(/[_-]+/g, ' ');
  return `${spaced.slice(0, 1).toUpperCase()}${spaced.slice(1)}`;
}

export const yesOrNo = (is: boolean): string => (is ? 'Yes' : 'No');
