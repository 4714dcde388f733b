import { homePages } from './home-acts.ts';
import type { PageEntry, PageRoute } from './visit.ts';

/** Every page but signing in. */
export const PAGES: readonly PageRoute[] = [...homePages];

/** What stands in the list of pages, in this order. A page that asks for a fresh code stands there too. */
export const ENTRIES: readonly PageEntry[] = [{ to: '/', leave: 'signed in', text: ({ words }) => words.frame.home }];
