/** `npm run inspect`: what workers and queues are doing; changes nothing. */
import type { ControlClient } from '@medisupply/shared/queueing/control/control-client';
import type { Command, CommandLine, ExitCode, Outcome, Terminal } from './command-line.ts';
import { outcomeOf, runProgram, silence } from './command-line.ts';
import { delayedJobs, viewReserved } from './queues.ts';
import { duration, since, table, until } from './table.ts';

const HELP = `Uso: npm run inspect -- <orden> [--worker <id>] [--json]

Pregunta a los workers en marcha y a las colas. No cambia nada.

  active       trabajos que se ejecutan: tarea, nombre, cola y desde cuándo
  reserved     por cola: los trabajos que ya tomó un worker y los siguientes (los primeros 20)
  scheduled    lo que espera su hora: reintentos del outbox, trabajos aplazados por la cola y tareas periódicas
  registered   las tareas para las que cada worker tiene manejador
  stats        procesados, fallidos, memoria, retraso del bucle de eventos y concurrencia por cola
  ping         quién responde, y en cuánto tiempo
  conf         la configuración de cada worker, sin secretos

  --worker <id>   solo ese worker (no vale para reserved ni scheduled, que son de toda la plataforma)
  --json          JSON en la salida estándar; con npm run --silent, nada más que eso
  --help          esta ayuda

Los workers que no responden se nombran en la salida de errores (y en not_answering). Todo acaba en 2 segundos.
Salida: 0 si alguno respondió; 1 si no respondió ninguno, o Redis no responde; 2 si la orden no se entiende.

Encuentra la plataforma de esta máquina por DATA_DIR (.data si no se indica). En el contenedor del worker:
  docker compose exec worker node worker/src/inspect-main.ts ping
`;

/** A command that each worker answers for itself. */
const perWorker = (run: (client: ControlClient, line: CommandLine) => Promise<Outcome>): Command => ({
  options: ['worker'],
  prepare: (line) => (client) => run(client, line),
});

const commands: Record<string, Command> = {
  active: perWorker(async (client, { worker }) =>
    outcomeOf(
      await client.ask({ command: 'active', args: {}, worker }),
      ['cola', 'tarea', 'nombre', 'desde'],
      ({ result }) => result.jobs.map((job) => [job.queue, job.task_id, job.name, since(job.started)]),
      { empty: 'Ningún trabajo se está ejecutando' },
    ),
  ),

  reserved: {
    prepare: () => async (client) => {
      const queues = await viewReserved(client);
      const rows = queues.flatMap(({ queue, taken, next }) => [
        ...taken.map((job) => [queue, 'tomado', job.task_id, job.name]),
        ...next.map((job, index) => [queue, `espera ${index + 1}.º`, job.task_id, job.name]),
      ]);
      const totals = queues.map(
        ({ queue, active, waiting, paused }) =>
          `${queue}: ${active} tomados, ${waiting} en espera${paused ? ', en pausa' : ''}`,
      );
      const list = rows.length > 0 ? [table(['cola', 'estado', 'tarea', 'nombre'], rows), ''] : [];
      return { json: { queues }, text: [...list, ...totals].join('\n'), exitCode: 0 };
    },
  },

  scheduled: {
    prepare: () => async (client) => {
      const [answers, delayed] = await Promise.all([
        client.ask({ command: 'scheduled', args: {} }, { first: true }),
        delayedJobs(client),
      ]);
      const reply = answers.replies[0]?.outcome;
      const known = reply?.ok ? reply.result : undefined;
      const { total = 0, messages = [], periodic = [] } = known ?? {};
      const rows = [
        ...messages.map((row) => ['reintento', row.queue, row.task_id, row.name, until(row.at)]),
        ...delayed.map((row) => ['aplazado', row.queue, row.task_id, row.name, until(row.at)]),
        ...periodic.map((row) => [`cada ${duration(row.every_s)}`, row.queue, '', row.name, until(row.at)]),
      ];
      const more = total > messages.length ? `\n… y ${total - messages.length} reintentos más` : '';
      return {
        json: { total, messages, delayed, periodic, not_answering: answers.silent },
        text: rows.length > 0 ? `${table(['qué', 'cola', 'tarea', 'nombre', 'cuándo'], rows)}${more}` : '',
        warnings: [...(reply && !reply.ok ? [reply.error] : []), ...silence(answers)],
        exitCode: known ? 0 : 1,
      };
    },
  },

  registered: perWorker(async (client, { worker }) =>
    outcomeOf(
      await client.ask({ command: 'registered', args: {}, worker }),
      ['tarea', 'cola', 'límite', 'periodo'],
      ({ result }) =>
        result.tasks.map((task) => [
          task.name,
          task.queue,
          duration(task.time_limit_s),
          task.every_s === null ? '' : `cada ${duration(task.every_s)}`,
        ]),
    ),
  ),

  stats: perWorker(async (client, { worker }) =>
    outcomeOf(
      await client.ask({ command: 'stats', args: {}, worker }),
      ['estado', 'arrancó', 'procesados', 'fallidos', 'MiB', 'retraso ms', 'activos/concurrencia'],
      ({ result }) => [
        [
          result.status,
          `hace ${duration(result.uptime)}`,
          result.processed,
          result.failed,
          Math.round(result.rss / 1_048_576),
          result.event_loop_lag_ms,
          result.queues
            .map(({ queue, active, concurrency }) => `${queue} ${active}/${concurrency}`)
            .join(' · '),
        ],
      ],
    ),
  ),

  ping: perWorker(async (client, { worker }) =>
    outcomeOf(
      await client.ask({ command: 'ping', args: {}, worker }),
      ['respondió en ms', 'estado', 'arrancó'],
      ({ ms, result }) => [[ms, result.status, `hace ${duration(result.uptime)}`]],
    ),
  ),

  conf: perWorker(async (client, { worker }) =>
    outcomeOf(await client.ask({ command: 'conf', args: {}, worker }), ['variable', 'valor'], ({ result }) =>
      Object.entries(result.config).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  ),
};

export const runInspect = (args: readonly string[], terminal: Terminal): Promise<ExitCode> =>
  runProgram({ name: 'inspect', help: HELP, commands }, args, terminal);
