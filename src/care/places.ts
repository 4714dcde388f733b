import { dirname, join } from 'node:path';
import { fileNames } from '../journal/files.ts';

/** Below a data directory: what a restore has unpacked, on its way in. */
export const restoreFolder = '.restore';
/** That the wipe of a data directory has begun, and how far it came. */
export const removalName = 'removal.jsonl';

/** Where the secrets of a config lie: beside it, as `!secret` looks them up, and as the unit's credentials are kept. */
export const besideConfig = (config: string): { readonly secrets: string; readonly credentials: string } => ({
  secrets: join(dirname(config), 'secrets.yaml'),
  credentials: join(dirname(config), 'credentials'),
});

const passingNames: readonly string[] = [
  `${fileNames.database}-wal`,
  `${fileNames.database}-shm`,
  fileNames.lock,
  `${fileNames.lock}-journal`,
  'control.sock',
  'starts.json',
  'backup.json',
  restoreFolder,
];

/** Files that mean nothing once the hub has stopped: locks, drafts, what the database keeps beside itself while it is open. */
export const passing = (name: string): boolean =>
  passingNames.includes(name) || /(?:\.tmp|\.new)$/.test(name) || name.startsWith('.backup-');

/** Of an installer's hour that is under way, below a data directory: nothing of a referral outlives the hour, in a backup neither. */
const hourNames: readonly string[] = [
  'provision.json',
  'papers/certificate.pdf',
  'papers/certificate.json',
  'papers/feedback.pdf',
];
export const ofTheHour = (name: string): boolean => hourNames.includes(name);
