import type { Clock } from '../../hub/ports.ts';
import type { Leave, Work } from '../endpoints.ts';
import type { Fitting } from '../install/fitting.ts';
import type { Session } from '../sessions.ts';
import type { Language } from '../words/catalogue.ts';
import type { Demo } from './demo.ts';
import type { PageParts } from './frame.ts';
import type { ShownOnce } from './shown-once.ts';

/** What this house is called by its people, for pages. */
export interface HouseNames {
  readonly zones: readonly { readonly id: string; readonly name: string; readonly type: string }[];
  /** All devices, with a zone or without. */
  readonly devices: readonly { readonly id: string; readonly name: string }[];
  readonly outputs: readonly { readonly id: string; readonly name: string; readonly role: string }[];
  readonly contacts: readonly { readonly id: string; readonly name: string }[];
  readonly services: readonly string[];
  /** Modes that guard anything. */
  readonly modes: readonly ('away' | 'home' | 'night')[];
  /** IANA time zone of the house. */
  readonly timezone: string;
  /** Code of the language where nobody chose another. */
  readonly language: string;
}

/** What pages work with. */
export interface PageWork extends Work {
  readonly house: HouseNames;
  readonly clock: Pick<Clock, 'wall' | 'now'>;
  readonly shownOnce: ShownOnce;
  readonly demo: Demo | null;
  /** The installer's hour; null: it cannot be played here. */
  readonly fitting: Fitting | null;
}

/** One request for a page, or one form. */
export interface Visit {
  readonly by: Session;
  readonly lang: Language;
  readonly query: URLSearchParams;
  /** Empty for a GET. */
  readonly form: URLSearchParams;
  /** Parts of the path, as `id` of `/people/:id`. */
  readonly path: Readonly<Record<string, string>>;
  /** Shows a page in the frame. */
  readonly show: (parts: PageParts, status?: number) => Went;
}

/**
 * What came of it: a page, or where to go on (303). A form that was taken goes on, so that none is taken twice by a reload; one that was not
 * may be shown anew, with what is wrong beside its fields.
 */
export type Went =
  | {
      readonly is: 'shown';
      readonly html: string;
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** To be kept by whoever asked. */
  | {
      readonly is: 'file';
      readonly name: string;
      readonly type: string;
      readonly bytes: Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly is: 'elsewhere'; readonly to: string; readonly headers?: Readonly<Record<string, string>> };

export const goTo = (to: string, headers: Readonly<Record<string, string>> = {}): Went => ({
  is: 'elsewhere',
  to,
  headers,
});

/** One page (GET), or one form that it holds (POST). Paths say nothing to whoever reads them. */
export interface PageRoute {
  readonly method: 'GET' | 'POST';
  /** With `:id` where the path has a part of its own. */
  readonly url: string;
  /** Without leave the visitor is asked to sign in, or for the code again, or is told no. */
  readonly leave: Exclude<Leave, 'anybody'>;
  readonly run: (work: PageWork, visit: Visit) => Went | Promise<Went>;
}

/** A link that everybody sees who may open the page. `text` is found in the visitor's language. */
export interface PageEntry {
  readonly to: string;
  readonly leave: Exclude<Leave, 'anybody'>;
  /** Left out: always. */
  readonly when?: (work: PageWork) => boolean;
  readonly text: (lang: Language) => string;
}
