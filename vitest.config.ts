import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    // Real processes, brokers and disks take part; a slow machine is not a failure.
    testTimeout: 60_000,
    // Most stories wait for real programs more than they work, so that two files share two cores well.
    maxWorkers: 2,
    // Stories that run side by side each start a hub; more of them at once only make each other late.
    maxConcurrency: 3,
    hookTimeout: 120_000,
    // Where nobody sits, what fails once is tried once more, because real programs meet a machine that is not ours; the
    // closing lines name each that needed it.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
});
