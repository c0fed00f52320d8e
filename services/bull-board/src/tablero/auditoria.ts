import type { BoardHooks } from '@bull-board/api/typings/app';
import type { Logger } from '@medisupply/shared/logging/logger';
import { currentSesion } from '../sesiones/sesiones.router.ts';

/** One line for every action that changes something: who, what, on which job. Never what the job holds. */
export function auditHooks(logger: Logger): BoardHooks {
  return {
    before(context) {
      if (context.method === 'get') return undefined;
      const sesion = currentSesion.getStore();
      if (!sesion) throw new Error('an action without a session');
      const { queueName, jobId, queueStatus, schedulerId } = context.request.params;
      logger.info(
        {
          auditoria: true,
          usuario_id: sesion.usuario_id,
          nombre: sesion.nombre,
          accion: `${context.method.toUpperCase()} ${context.route}`,
          ...(queueName ? { cola: queueName } : {}),
          ...(jobId ? { job_id: jobId } : {}),
          ...(queueStatus ? { estado: queueStatus } : {}),
          ...(schedulerId ? { programacion: schedulerId } : {}),
        },
        'acción en el tablero',
      );
      return undefined;
    },
  };
}
