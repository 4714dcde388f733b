import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes, brokers and disks take part; a slow machine is not a failure.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
