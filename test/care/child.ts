import { backUp } from '../../src/care/backup.ts';
import { openMedia } from '../../src/care/media.ts';
import { wipe } from '../../src/care/removal.ts';
import { restore } from '../../src/care/restore.ts';

// A process of its own for one command, so that it can be killed, or its disk can be made to fail, at any moment.
//   child.ts backup|restore|wipe JSON

const [what, text = ''] = process.argv.slice(2);
const at = new Date('2026-11-21T20:29:00.123Z');
const asked = JSON.parse(text);

async function run(): Promise<unknown> {
  if (what === 'wipe') return wipe({ ...asked, media: await openMedia(), now: () => at });
  return what === 'backup' ? backUp({ ...asked, now: at }) : restore({ ...asked, now: at });
}

process.stdout.write(`${JSON.stringify(await run())}\n`);
