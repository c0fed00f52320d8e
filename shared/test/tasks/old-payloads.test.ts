/**
 * What earlier versions left in the outbox and in Redis has to run after an update. The rows are frozen: a new version of
 * a task or of the envelope adds its own, and none is changed or removed while installations may hold such a job.
 */
import { expect, test } from 'vitest';
import { verifyEnvelope } from '../../src/queueing/wire/envelope.ts';
import { findTask } from '../../src/tasks/registry.ts';

const PAYLOADS: readonly [version: string, task: string, params: Record<string, unknown>][] = [
  ['0.1.0', 'logistica.procesar_entrega', { entrega_id: 7, _retry_count: 0 }],
  ['0.1.0', 'logistica.procesar_entrega', { entrega_id: 7, _retry_count: 5 }],
  ['0.1.0', 'logistica.validar_inventario', { producto_id: 3, cantidad: 1_000_000_000 }],
  ['0.1.0', 'logistica.generar_reporte', {}],
  ['0.1.0', 'logistica.generar_reporte', { fecha_inicio: '2026-01-01', fecha_fin: '2026-01-31' }],
  ['0.1.0', 'logistica.generar_reporte', { fecha_inicio: '2026-01-01T00:00:00Z' }],
  ['0.1.0', 'logistica.invariantes', {}],
  ['0.1.0', 'monitor.health_check', {}],
  ['0.1.0', 'monitor.generate_metrics', {}],
  ['0.1.0', 'monitor.ping_logistica', {}],
  ['0.1.0', 'monitor.log_activity', { activity_data: { tipo: 'pedido' } }],
  [
    '0.1.0',
    'monitor.log_activity',
    {
      activity_data: {
        tipo: 'pedido',
        descripcion: 'Llegó',
        usuario_id: 7,
        datos: { a: 'texto', b: 1.5, c: true, d: null },
      },
    },
  ],
];

test.each(PAYLOADS)(
  'when version %s left %s with %j, then it still parses, unchanged',
  (_version, name, params) => {
    expect(findTask(name)?.params.safeParse(params)).toEqual({ success: true, data: params });
  },
);

test('when an envelope of version 1 was sent by the first version, then it is genuine', () => {
  const envelope = {
    v: 1,
    queue: 'logistica',
    name: 'logistica.procesar_entrega',
    task_id: '01993f6a-7c1e-7000-8000-000000000001',
    intento: 1,
    params: { entrega_id: 7, _retry_count: 1 },
    request_id: 'req-1',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    mac: 'FDd6D_7AlmB2ryiAdcudvDBnknv1IYYGFHwffJIUEMc',
  };
  const job = { queue: envelope.queue, name: envelope.name };
  expect(verifyEnvelope(envelope, job, 'clave de colas de la primera versión')).toEqual(envelope);
});
