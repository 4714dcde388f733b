import type { Role } from '../alarm/events.ts';

/** What can be asked over HTTP. */
export const DEEDS = [
  'see-state',
  'arm',
  'disarm',
  'panic',
  'light',
  'see-alarms',
  'acknowledge',
  'close',
  'see-history',
  'open-installer',
  'walk-test',
  'manage-sessions',
  'install',
  'see-people',
  'manage-people',
  'change-own-code',
  'change-locks',
] as const;
export type Deed = (typeof DEEDS)[number];

/**
 * `yes`: with a session. `fresh`: with a code given within the last minutes. `opened`: within the time that a resident
 * has opened for installers. `by code`: the code that comes with it decides, not the session: a duress code must call
 * for help whoever holds the phone.
 */
export type Leave = 'yes' | 'fresh' | 'opened' | 'by code' | 'no';

/** What each role may do over HTTP. The panel asks its own table again for everything that changes it. */
export const MAY: Readonly<Record<Deed, Readonly<Record<Role, Leave>>>> = {
  'see-state': { resident: 'yes', visitor: 'yes', installer: 'opened', monitor: 'no' },
  arm: { resident: 'yes', visitor: 'yes', installer: 'opened', monitor: 'no' },
  disarm: { resident: 'by code', visitor: 'by code', installer: 'by code', monitor: 'by code' },
  panic: { resident: 'yes', visitor: 'yes', installer: 'yes', monitor: 'yes' },
  light: { resident: 'yes', visitor: 'yes', installer: 'opened', monitor: 'no' },
  'see-alarms': { resident: 'yes', visitor: 'no', installer: 'no', monitor: 'yes' },
  acknowledge: { resident: 'yes', visitor: 'no', installer: 'no', monitor: 'yes' },
  close: { resident: 'no', visitor: 'no', installer: 'no', monitor: 'yes' },
  'see-history': { resident: 'fresh', visitor: 'no', installer: 'no', monitor: 'no' },
  'open-installer': { resident: 'fresh', visitor: 'no', installer: 'no', monitor: 'no' },
  'walk-test': { resident: 'fresh', visitor: 'no', installer: 'opened', monitor: 'no' },
  'manage-sessions': { resident: 'fresh', visitor: 'no', installer: 'no', monitor: 'no' },
  install: { resident: 'fresh', visitor: 'no', installer: 'opened', monitor: 'no' },
  'see-people': { resident: 'fresh', visitor: 'no', installer: 'no', monitor: 'no' },
  'manage-people': { resident: 'fresh', visitor: 'no', installer: 'no', monitor: 'no' },
  // An installer has a code for a visit, and no say in it.
  'change-own-code': { resident: 'by code', visitor: 'by code', installer: 'no', monitor: 'by code' },
  'change-locks': { resident: 'fresh', visitor: 'no', installer: 'no', monitor: 'no' },
};

/** Null: go on. */
export function refusalFor(
  deed: Deed,
  who: { readonly role: Role; readonly code: 'fresh' | 'old' },
  installers: 'may work' | 'may not work',
): 'not_allowed' | 'code_needed' | null {
  switch (MAY[deed][who.role]) {
    case 'yes':
    case 'by code':
      return null;
    case 'fresh':
      return who.code === 'fresh' ? null : 'code_needed';
    case 'opened':
      return installers === 'may work' ? null : 'not_allowed';
    case 'no':
      return 'not_allowed';
  }
}
