import type { Language } from './catalogue.ts';
import { en } from './en.ts';
import { pl } from './pl.ts';

/** The languages that ship. The first one stands in where nobody said which. */
export const LANGUAGES: readonly Language[] = [
  { code: 'en', name: 'English', dir: 'ltr', words: en, is: 'reviewed' },
  { code: 'pl', name: 'Polski', dir: 'ltr', words: pl, is: 'unreviewed' },
];
