// Runs in the guest: every story that a kernel is needed for, or those whose names hold a word of the command line.
import { loadCalls } from '../../../src/link/gpio/calls.ts';
import { storiesInGuest } from '../stories.ts';
import { tellEach } from './telling.ts';

const wanted = process.argv.slice(2);
const calls = await loadCalls();
const chosen = storiesInGuest.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
await tellEach(chosen.map(({ name, run }) => ({ name, run: () => run(calls) })));
process.exit(0);
