import type { Window } from '../hub/ports.ts';
import type { Leave } from './endpoints.ts';
import { refusalFor } from './roles.ts';
import type { Session } from './sessions.ts';

/** Why this session may not; null: it may. */
export function whyNot(
  leave: Leave,
  by: Session | null,
  window: Pick<Window, 'view'>,
): 'no_session' | 'not_allowed' | 'code_needed' | null {
  if (leave === 'anybody') return null;
  if (by === null) return 'no_session';
  if (leave === 'signed in') return null;
  const installers = window.view().installerUntil === null ? 'may not work' : 'may work';
  return refusalFor(leave, { role: by.person.role, code: by.vouched.code }, installers);
}
