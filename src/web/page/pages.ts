import { installPages } from '../install/routes.ts';
import { homePages } from './home-acts.ts';
import { tipsPages } from './tips.ts';
import type { PageEntry, PageRoute } from './visit.ts';

/** Every page but signing in. */
export const PAGES: readonly PageRoute[] = [...homePages, ...tipsPages, ...installPages];

/** What stands in the list of pages, in this order. A page that asks for a fresh code stands there too. */
export const ENTRIES: readonly PageEntry[] = [{ to: '/', leave: 'signed in', text: ({ words }) => words.frame.home }];
