import { defineHandler } from '@medisupply/shared/queueing/handler';
import { healthCheck } from '@medisupply/shared/tasks/monitor';
import { comprobarSalud } from '../estado/comprobar-salud.ts';
import type { MonitorTaskContext } from './context.ts';

export default defineHandler(healthCheck, async (_params, run, context: MonitorTaskContext) => {
  const salud = await comprobarSalud(context, run.signal);
  run.signal.throwIfAborted();
  if (salud.status !== 'healthy')
    run.logger.warn({ problemas: salud.problemas }, 'la plataforma no está del todo sana');
  return {
    ...salud,
    system_status: salud.status,
    redis_status: salud.redis.status,
    checks_performed: ['redis', ...Object.keys(salud.servicios), ...Object.keys(salud.bases), 'workers'],
  };
});
