import { backUp } from '../../src/care/backup.ts';
import { restore } from '../../src/care/restore.ts';

// A process of its own for one command, so that it can be killed, or its disk can be made to fail, at any moment.
//   child.ts backup|restore JSON

const [what, text = ''] = process.argv.slice(2);
const asked = { ...JSON.parse(text), now: new Date('2026-11-21T20:29:00.123Z') };
const done = await (what === 'backup' ? backUp(asked) : restore(asked));
process.stdout.write(`${JSON.stringify(done)}\n`);
