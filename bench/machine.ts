import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** Where it was measured. Other work on it (`carga`) shows in rates and latencies first, in CPU time last. */
export const describeMachine = () => ({
  procesador: cpus()[0]?.model ?? 'desconocido',
  nucleos: availableParallelism(),
  memoria_gib: Math.round(totalmem() / 2 ** 30),
  linux: release(),
  node: process.version,
  carga_antes: Number((loadavg()[0] ?? 0).toFixed(2)),
});
export type Machine = ReturnType<typeof describeMachine>;
