import { installPages } from '../install/routes.ts';
import { homePages } from './home-acts.ts';
import { locksPages } from './locks-acts.ts';
import { peoplePages } from './people-acts.ts';
import { tipsPages } from './tips.ts';
import type { PageEntry, PageRoute, PageWork } from './visit.ts';

/** Every page but signing in. */
export const PAGES: readonly PageRoute[] = [...homePages, ...peoplePages, ...locksPages, ...tipsPages, ...installPages];

/** What stands in the list of pages, in this order. A page that asks for a fresh code stands there too. */
export const ENTRIES: readonly PageEntry[] = [
  { to: '/', leave: 'signed in', text: ({ words }) => words.frame.home },
  { to: '/people', leave: 'see-people', text: ({ words }) => words.people.entry },
  { to: '/people/code', leave: 'change-own-code', text: ({ words }) => words.people.mine },
  { to: '/tips', leave: 'signed in', text: ({ words }) => words.frame.tips },
  { to: '/install', leave: 'install', when: isFitted, text: ({ words }) => words.frame.install },
];

/** Somebody fits this house now, or may begin to; at any other time the way there would only be in hers. */
function isFitted({ fitting, window }: PageWork): boolean {
  return fitting !== null && (fitting.provisioning.view() !== null || window.view().installerUntil !== null);
}
