import { defineHandler } from '@medisupply/shared';
import { saludarServicioPlantilla } from '../../declaration.ts';
import { insertSaludo } from '../saludos/saludos.repository.ts';
import type { ServicioPlantillaTaskContext } from './context.ts';

/** It may run more than once: the row belongs to the task, so there is one. */
export default defineHandler(
  saludarServicioPlantilla,
  async ({ nombre }, run, { database }: ServicioPlantillaTaskContext) => {
    const { id, texto } = await database.unitOfWork.write((tx) =>
      insertSaludo(tx, { task_id: run.task_id, nombre, texto: `Hola, ${nombre}`, creado: Date.now() }),
    );
    return { id, texto };
  },
);
