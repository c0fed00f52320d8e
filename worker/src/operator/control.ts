/** `npm run control`: tells workers and queues what to do. */
import type { QueueName } from '@medisupply/shared/tasks/define-task';
import { QUEUES } from '@medisupply/shared/tasks/registry';
import type { ControlClient } from '@medisupply/shared/queueing/control/control-client';
import { MAX_CONCURRENCY } from '@medisupply/shared/queueing/control/control-commands';
import type { Command, ExitCode, Outcome, Terminal } from './command-line.ts';
import { outcomeOf, queueName, runProgram, silence, UsageError } from './command-line.ts';
import type { QueueView } from './queues.ts';
import { viewQueue } from './queues.ts';

const HELP = `Uso: npm run control -- <orden> [--worker <id>] [--json]

Da órdenes a los workers en marcha y a las colas.

  pause <cola|all>      ningún worker toma trabajos de esa cola hasta resume; lo que se ejecuta termina y lo que
                        espera se conserva. Vale para todos los workers, también los que arranquen después
  resume <cola|all>     deshace pause
  concurrency <n> [--queue <cola>]
                        trabajos a la vez por cola en cada worker (1 a ${MAX_CONCURRENCY}); vale hasta que el worker se reinicie,
                        que vuelve a WORKER_CONCURRENCY
  shutdown [--worker <id>]
                        el worker termina lo que ejecuta (15 s como mucho; lo que no acabe se repite) y se detiene.
                        npm start y Docker Compose lo arrancan de nuevo: sirve para reiniciarlo sin perder nada
  cancel <task_id>      cancela una tarea que espera o se ejecuta, en el proceso que sea. Sigue las reglas de
                        DELETE /tareas/:task_id: una confirmación aceptada (procesar_entrega) no se cancela, ni lo
                        que ya terminó. La API pide para eso un token de Admin; aquí vale leer la clave de colas,
                        que solo tienen logística, los workers y quien administra esta máquina

  colas: ${QUEUES.join(', ')}

  --worker <id>   solo ese worker (para concurrency y shutdown)
  --json          JSON en la salida estándar; con npm run --silent, nada más que eso
  --help          esta ayuda

Las órdenes van firmadas y caducan a los 30 segundos. Todo acaba en 2 segundos.
Salida: 0 hecho; 1 algún worker no lo confirmó, la tarea no se puede cancelar o Redis no responde; 2 si la orden no
se entiende.

Encuentra la plataforma de esta máquina por DATA_DIR (.data si no se indica). En el contenedor del worker:
  docker compose exec worker node worker/src/control-main.ts pause all
`;

const setPaused = (paused: boolean): Command => ({
  positionals: ['<cola|all>'],
  prepare({ positionals: [name = ''] }) {
    const names = name === 'all' ? [...QUEUES] : [queueName(name)];
    return async (client) => {
      const queues = await Promise.all(names.map((queue) => pauseOne(client, queue, paused)));
      return { json: { queues }, text: queues.map(describeQueue).join('\n'), exitCode: 0 };
    };
  },
});

async function pauseOne(client: ControlClient, name: QueueName, paused: boolean): Promise<QueueView> {
  const queue = client.queue(name);
  await client.within(paused ? queue.pause() : queue.resume());
  return viewQueue(client, name);
}

const describeQueue = ({ queue, paused, waiting, active }: QueueView): string =>
  `${queue}: ${paused ? 'en pausa' : 'en marcha'}; ${waiting} en espera, ${active} en ejecución`;

const concurrency: Command = {
  positionals: ['<n>'],
  options: ['worker', 'queue'],
  prepare({ positionals: [given = ''], worker, queue = null }) {
    const n = /^\d{1,6}$/.test(given) ? Number(given) : 0;
    if (n < 1 || n > MAX_CONCURRENCY)
      throw new UsageError(`concurrency: ${given} no es un número de 1 a ${MAX_CONCURRENCY}`);
    return async (client) =>
      outcomeOf(
        await client.ask({ command: 'concurrency', args: { n, queue }, worker }),
        ['cola', 'antes', 'ahora'],
        ({ result }) => result.queues.map((slot) => [slot.queue, slot.before, slot.after]),
        { all: true },
      );
  },
};

const shutdown: Command = {
  options: ['worker'],
  prepare:
    ({ worker }) =>
    async (client) => {
      const outcome = outcomeOf(
        await client.ask({ command: 'shutdown', args: {}, worker }),
        ['responde', 'trabajos que termina antes'],
        ({ result }) => [['se detiene', result.active]],
        { all: true },
      );
      if (outcome.text === '') return outcome;
      return { ...outcome, text: `${outcome.text}\nnpm start y Docker Compose lo arrancan de nuevo.` };
    },
};

const cancel: Command = {
  positionals: ['<task_id>'],
  prepare({ positionals: [task_id = ''] }) {
    if (task_id === '' || task_id.length > 64)
      throw new UsageError('cancel: el task_id tiene de 1 a 64 caracteres');
    return async (client): Promise<Outcome> => {
      const answers = await client.ask({ command: 'cancel', args: { task_id } }, { first: true });
      const outcome = answers.replies[0]?.outcome;
      if (outcome?.ok) {
        const { name, status } = outcome.result;
        return { json: { task_id, name, status }, text: `${name} ${task_id}: cancelada`, exitCode: 0 };
      }
      return {
        json: { task_id, error: outcome?.error ?? null, not_answering: answers.silent },
        text: '',
        warnings: outcome ? [`${task_id}: ${outcome.error}`] : silence(answers),
        exitCode: 1,
      };
    };
  },
};

const commands: Record<string, Command> = {
  pause: setPaused(true),
  resume: setPaused(false),
  concurrency,
  shutdown,
  cancel,
};

export const runControl = (args: readonly string[], terminal: Terminal): Promise<ExitCode> =>
  runProgram({ name: 'control', help: HELP, commands }, args, terminal);
