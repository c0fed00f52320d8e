/** A BullMQ worker whose jobs do nothing empties a queue. `drain.ts REDIS_PORT`; told how many jobs, it answers what they took. */
import { Queue, Worker } from 'bullmq';

const connection = { host: '127.0.0.1', port: Number(process.argv[2]) };
const QUEUE = 'vacia';
const BATCH = 1_000;

async function drain(jobs: number): Promise<{ perSecond: number; cpu: number }> {
  const queue = new Queue(QUEUE, { connection, defaultJobOptions: { removeOnComplete: true } });
  for (let added = 0; added < jobs; added += BATCH)
    await queue.addBulk(
      Array.from({ length: Math.min(BATCH, jobs - added) }, () => ({ name: 'nada', data: { a: 1 } })),
    );
  let done = 0;
  const cpu = process.cpuUsage();
  const started = performance.now();
  await new Promise<void>((resolve) => {
    const worker = new Worker(
      QUEUE,
      async () => {
        done += 1;
        if (done === jobs) setImmediate(() => void worker.close().then(resolve));
      },
      { connection, concurrency: 32 },
    );
  });
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await queue.obliterate({ force: true });
  await queue.close();
  return { perSecond: jobs / seconds, cpu: (user + system) / 1_000 / jobs };
}

process.on('message', (jobs: number) => {
  drain(jobs).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      throw error;
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
