// Runs in the guest, under systemd: the hub as a service, from its installation to its removal, or as far as the story whose
// name holds the word of the command line.
import { loadCalls } from '../../../src/link/gpio/calls.ts';
import { openService } from './service-house.ts';
import { serviceStories } from './service-stories.ts';
import { tellInTurn } from './telling.ts';

const [until] = process.argv.slice(2);
const last = until === undefined ? -1 : serviceStories.findIndex(({ name }) => name.includes(until));
const service = await openService(await loadCalls());
const chosen = last < 0 ? serviceStories : serviceStories.slice(0, last + 1);
await tellInTurn(chosen.map(({ name, run }) => ({ name, run: () => run(service) })));
process.exit(0);
