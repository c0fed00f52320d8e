/**
 * `npm run test:compose`: the stack of docker-compose.yml on a real engine, under its own project name and ports: the
 * contract, the images, a browser, then faults, and at last what the database holds. `-- --smoke` is the short form.
 */
import { parseArgs } from 'node:util';
import { composeCommand, engineAnswers } from '../tests/compose/stack.ts';
import { conclude, counted, run } from './testing/run-tests.ts';

const USAGE = `Uso: npm run test:compose [-- --smoke]
  --smoke   lo esencial, en unos minutos; sin ella se construye todo de nuevo y cada falla se repite`;

function isSmoke(): boolean | undefined {
  try {
    return parseArgs({ options: { smoke: { type: 'boolean', default: false } } }).values.smoke;
  } catch {
    return undefined;
  }
}

const smoke = isSmoke();
if (smoke === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else if (!engineAnswers()) {
  process.stderr.write(
    'No responde ningún motor de contenedores; arránquelo, o indique dónde está con DOCKER_HOST\n',
  );
  process.exitCode = 1;
} else if (!composeCommand()) {
  process.stderr.write('Falta docker-compose (o el complemento docker compose)\n');
  process.exitCode = 1;
} else {
  conclude(
    await counted((report) =>
      run(
        [
          'vitest',
          'run',
          '--config=tests/compose/vitest.config.ts',
          '--reporter=verbose',
          '--reporter=json',
          `--outputFile.json=${report}`,
        ],
        { env: { COMPOSE_TEST: smoke ? 'smoke' : 'whole' } },
      ),
    ),
  );
}
