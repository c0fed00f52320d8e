import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// What tests start translates its TypeScript once for all of them, as `npm start` does.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node-compile');

export default defineConfig({
  test: {
    watch: false,
    pool: 'forks',
    // Much of a test is waiting for a fact: with more of them at once than there are cores, none of those is idle.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Facts are waited for, not slept for; on a busy machine they take their time.
    expect: { poll: { timeout: 10_000, interval: 20 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'platform',
          // What a file changes of its process it puts back; loading all modules anew would take more time than most files do.
          isolate: false,
          include: ['**/test/**/*.test.ts', 'tests/**/*.test.ts'],
          // tests/compose needs an engine (npm run test:compose). The template is tested as the service that is made from it: tests/services/new-service.test.ts.
          // What is about PostgreSQL alone: npm test -- --postgres.
          exclude: [
            '**/node_modules/**',
            'templates/**',
            'tests/{web,compose}/**',
            'shared/test/db/postgres/**',
            'tests/faults/postgres*.test.ts',
            'tests/move-data/**',
            'tests/backup/postgres.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          // Stories in a browser, after everything else. Each worker has a running platform, and a file has its worker's to itself.
          name: 'web',
          include: ['tests/web/**/*.test.ts'],
          globalSetup: ['tests/web/global-setup.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
