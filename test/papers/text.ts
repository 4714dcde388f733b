import { execFileSync } from 'node:child_process';
import { itWith } from '../journal/needs.ts';

// What a reader of the paper finds on it, by a program that is not ours (poppler).

/** A story that needs it. */
export const itWithPoppler = itWith('pdftotext');

/** The text that can be selected on a paper, with one space wherever there is any. */
export function textOf(pdf: Uint8Array): string {
  return execFileSync('pdftotext', ['-raw', '-', '-'], { input: pdf, encoding: 'utf8' }).replace(/\s+/g, ' ');
}

/** What the file tells of itself: title, tags, pages. */
export function infoOf(pdf: Uint8Array): Readonly<Record<string, string>> {
  const text = execFileSync('pdfinfo', ['-'], { input: pdf, encoding: 'utf8' });
  return Object.fromEntries(
    text.split('\n').map((line): [string, string] => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
}
