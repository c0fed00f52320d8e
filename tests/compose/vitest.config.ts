import { defineConfig } from 'vitest/config';

const SCALE = { extends: true as const, test: { name: 'scale', include: ['tests/compose/scale.test.ts'] } };
const STACK = [
  {
    extends: true as const,
    test: {
      name: 'contract',
      include: ['tests/contract/rows.test.ts', 'tests/compose/{images,walls,gateway}.test.ts'],
    },
  },
  {
    extends: true as const,
    test: { name: 'browser', include: ['tests/web/acceso.test.ts'], sequence: { groupOrder: 1 } },
  },
  {
    extends: true as const,
    test: { name: 'faults', include: ['tests/compose/faults.test.ts'], sequence: { groupOrder: 2 } },
  },
  {
    extends: true as const,
    test: { name: 'readme', include: ['tests/compose/readme.test.ts'], sequence: { groupOrder: 3 } },
  },
];

/** `npm run test:compose`: first what any platform must do, in containers as well; then the faults. */
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  test: {
    watch: false,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    globalSetup: ['tests/compose/global-setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
    projects: process.env['COMPOSE_TEST'] === 'scale' ? [SCALE] : STACK,
  },
});
