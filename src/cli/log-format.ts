import type { LocalRow } from '../hub/ports.ts';
import { plain } from './io.ts';

export const logFormats = ['table', 'jsonl', 'csv'] as const;
export type LogFormat = (typeof logFormats)[number];

const narrowest = 80;
const widest = 120;
const usualWidth = 100;

/** How wide a table is: the terminal's width within bounds; for a pipe something that fits a page. */
export const tableWidth = (columns: number | null): number =>
  columns === null ? usualWidth : Math.min(widest, Math.max(narrowest, columns));

/** RFC 4180: a field with a quote, a comma or a line break stands in quotes, and quotes in it are doubled. */
const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const csvLine = (fields: readonly string[]): string => `${fields.map(csvField).join(',')}\r\n`;

const word = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function tableLine(row: LocalRow, width: number): string {
  const data = Object.entries(row.data).map(([field, value]) => `${field}=${word(value)}`);
  const at = row.at.replace('T', ' ').replace('Z', '');
  const line = plain(`${String(row.seq).padStart(6)}  ${at}  ${row.type.padEnd(20)}  ${data.join('  ')}`).trimEnd();
  const characters = [...line];
  return characters.length <= width ? `${line}\n` : `${characters.slice(0, width - 1).join('')}…\n`;
}

/** What stands above the rows. */
export function logHeader(format: LogFormat): string {
  switch (format) {
    case 'table':
      return `${'seq'.padStart(6)}  ${'at (UTC)'.padEnd(23)}  ${'type'.padEnd(20)}  data\n`;
    case 'csv':
      return csvLine(['seq', 'at', 'type', 'data']);
    case 'jsonl':
      return '';
  }
}

/** One row of the local view. Only a table shortens, to `width` characters. */
export function formatRow(row: LocalRow, format: LogFormat, width: number): string {
  switch (format) {
    case 'table':
      return tableLine(row, width);
    case 'csv':
      return csvLine([String(row.seq), row.at, row.type, JSON.stringify(row.data)]);
    case 'jsonl':
      return `${JSON.stringify({ seq: row.seq, at: row.at, type: row.type, data: row.data })}\n`;
  }
}
