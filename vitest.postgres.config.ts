/** `npm test -- --postgres`: the tests of the back end, as they are, on a PostgreSQL server of their own. */
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

export default defineConfig({
  test: {
    ...base.test,
    projects: [
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [
            'shared/test/**/*.test.ts',
            'services/*/test/**/*.test.ts',
            'worker/test/**/*.test.ts',
            'tests/{contract,faults,move-data}/**/*.test.ts',
            'tests/backup/postgres.test.ts',
          ],
          exclude: [
            '**/node_modules/**',
            // Its own locks, pragmas and group commit.
            'shared/test/db/sqlite/**',
            // A process that keeps the lock of all writers.
            'tests/faults/frozen-process.test.ts',
            // Which of its indexes SQLite chooses.
            '**/planes*.test.ts',
            // Installations of older versions, all of them on SQLite, brought up to date there.
            '**/migraciones.test.ts',
            // What those stored in clear.
            '**/sellado.test.ts',
          ],
          globalSetup: ['tests/support/postgres-run.ts'],
          // Each statement is a message to the server and back.
          testTimeout: 40_000,
          hookTimeout: 40_000,
        },
      },
    ],
  },
});
