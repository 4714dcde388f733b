import { homePages } from './home-acts.ts';
import { locksPages } from './locks-acts.ts';
import { peoplePages } from './people-acts.ts';
import type { PageEntry, PageRoute } from './visit.ts';

/** Every page but signing in. */
export const PAGES: readonly PageRoute[] = [...homePages, ...peoplePages, ...locksPages];

/** What stands in the list of pages, in this order. A page that asks for a fresh code stands there too. */
export const ENTRIES: readonly PageEntry[] = [
  { to: '/', leave: 'signed in', text: ({ words }) => words.frame.home },
  { to: '/people', leave: 'see-people', text: ({ words }) => words.people.entry },
  { to: '/people/code', leave: 'change-own-code', text: ({ words }) => words.people.mine },
];
