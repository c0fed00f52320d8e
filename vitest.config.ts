import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    watch: false,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Facts are waited for, not slept for; on a busy machine they take their time.
    expect: { poll: { timeout: 10_000, interval: 20 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'platform',
          include: ['**/test/**/*.test.ts', 'tests/**/*.test.ts'],
          // tests/compose needs an engine (npm run test:compose). The template is tested as the service that is made from it: tests/services/new-service.test.ts.
          // What is about PostgreSQL alone: npm test -- --postgres.
          exclude: [
            '**/node_modules/**',
            'templates/**',
            'tests/{web,compose}/**',
            'shared/test/db/postgres/**',
            'tests/faults/postgres*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          // Stories in a browser, all against one running platform: one after the other, after everything else.
          name: 'web',
          include: ['tests/web/**/*.test.ts'],
          globalSetup: ['tests/web/global-setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
