import { openJobFile } from '../../src/site/job-file.ts';
import { begun, jobAfter } from '../provision/bench.ts';

// Saves one job after another into a folder, and says so; for a test that ends it in the middle.

const [, , dir = '', count = '1'] = process.argv;
const file = openJobFile(dir);
const found = file.load();
let job = (found.ok ? found.job : null) ?? begun();
for (let number = 1; number <= Number(count); number += 1) {
  job = jobAfter(job, { type: 'room-named', room: `Room ${job.rooms.length + 1}` });
  const saved = await file.save(job);
  process.stdout.write(saved.ok ? `saved ${job.rooms.length}\n` : `refused ${saved.why}\n`);
}
