import { inGuest } from './boot.ts';
import { storiesInGuest } from './stories.ts';

inGuest({
  title: 'under a kernel with simulated pins',
  names: storiesInGuest.map(({ name }) => name),
  program: 'test/kernel/guest/main.ts',
  flags: [],
  patienceS: 400,
  missing: null,
});
