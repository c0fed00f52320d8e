import { z } from 'zod';
import { text } from '@medisupply/shared/contracts/fields';
import { defineTask } from '@medisupply/shared/tasks/define-task';

export const saludarServicioPlantilla = defineTask({
  name: 'servicio-plantilla.saludar_servicio_plantilla',
  // Its own: what the other services enqueue does not wait behind it. Those of the platform can be named, too.
  queue: 'servicio_plantilla',
  description: 'Saluda a alguien y guarda el saludo',
  params: z.strictObject({ nombre: text(64) }),
  timeLimit: 30_000,
  retry: { via: 'queue', max: 3 },
});

export const servicioPlantillaTasks = [saludarServicioPlantilla] as const;
