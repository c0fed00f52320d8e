/**
 * `npm run test:compose`: the stack of docker-compose.yml on a real engine, under its own project name and ports: the
 * contract, the images, a browser, then faults, and at last what the database holds. `-- --smoke` is the short form;
 * `-- --scale` is about docker-compose.scale.yml, and about nothing else.
 */
import { parseArgs } from 'node:util';
import { composeCommand, engineAnswers } from '../tests/compose/stack.ts';
import { conclude, counted, run } from './testing/run-tests.ts';

const USAGE = `Uso: npm run test:compose [-- --smoke | --scale]
  --smoke   lo esencial, en unos minutos; sin ella se construye todo de nuevo y cada falla se repite
  --scale   varios procesos de cada clase, de docker-compose.scale.yml, y la muerte de cada uno`;

/** One courier confirms all of it. */
const SCALE = {
  COMPOSE_FILE: 'docker-compose.yml:docker-compose.scale.yml',
  CONFIRM_MAX_IN_FLIGHT: '1000',
};

function extentOf(): 'whole' | 'smoke' | 'scale' | undefined {
  try {
    const { values } = parseArgs({ options: { smoke: { type: 'boolean' }, scale: { type: 'boolean' } } });
    if (values.smoke && values.scale) return undefined;
    return values.scale ? 'scale' : values.smoke ? 'smoke' : 'whole';
  } catch {
    return undefined;
  }
}

const extent = extentOf();
if (extent === undefined) {
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
        {
          env: {
            COMPOSE_TEST: extent,
            ...(extent === 'scale' ? SCALE : {}),
          },
        },
      ),
    ),
  );
}
