import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/test/**/*.test.ts', 'tests/**/*.test.ts'],
    // The template is tested as the service that is made from it: tests/services/new-service.test.ts.
    exclude: ['**/node_modules/**', 'templates/**'],
    watch: false,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Facts are waited for, not slept for; on a busy machine they take their time.
    expect: { poll: { timeout: 10_000, interval: 20 } },
  },
});
