import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';

/** A public image with its tag, and no host with its port. */
const IMAGE = /\b(node|nginx|redis|postgres|debian|alpine):(?!\d{4,5}\b)\d[\w.-]*/g;
/** Explains what was tried, or tells what was. */
const HISTORY = /^(CHANGELOG\.md|docs\/decisions\/)/;

test('when the base images are looked for, then the first lines of the Dockerfile name each once, and nothing else does but the overlay with its PostgreSQL', () => {
  const { stdout } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = stdout
    .split('\0')
    .filter((file) => /\.(ya?ml|md|ts|mjs|sh|json|conf|template)$|Dockerfile|\.ci/.test(file));
  expect(files.length).toBeGreaterThan(300);
  const named = files
    .filter((file) => !HISTORY.test(file))
    .flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMAGE)].map(([image]) => `${file}: ${image}`),
    );
  expect(named).toEqual([
    expect.stringMatching(/^Dockerfile: node:\d/),
    expect.stringMatching(/^Dockerfile: nginx:/),
    expect.stringMatching(/^Dockerfile: redis:/),
    // Nothing is built on it.
    expect.stringMatching(/^docker-compose\.scale\.yml: postgres:/),
  ]);
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const from = [...dockerfile.matchAll(/^FROM (\S+) AS (\w+)$/gm)].map(([, image = '', stage = '']) => ({
    image,
    stage,
  }));
  const stages = new Set(from.map(({ stage }) => stage));
  expect(from.filter(({ image }) => !stages.has(image)).map(({ image }) => image)).toEqual([
    '${REDIS_IMAGE}',
    '${NODE_IMAGE}',
    '${NGINX_IMAGE}',
  ]);
});
