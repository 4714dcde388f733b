import { existsSync } from 'node:fs';
import { inGuest } from './boot.ts';
import { serviceStories } from './guest/service-stories.ts';

const missing = ['/lib/systemd/systemd', '/usr/sbin/useradd', '/usr/bin/perl'].find((file) => !existsSync(file));

inGuest({
  title: 'under a real systemd',
  names: serviceStories.map(({ name }) => name),
  program: 'test/kernel/guest/service.ts',
  flags: ['--systemd'],
  patienceS: 300,
  missing: missing === undefined ? null : `there is no ${missing} on this machine`,
});
