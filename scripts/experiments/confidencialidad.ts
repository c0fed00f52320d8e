import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '@medisupply/api-client/api-client';
import type { Delivery, Experiment, Requirement, User } from './experiment.ts';
import { atRate, newDelivery, newUser, share, sign } from './experiment.ts';
import { redisContents } from './redis-contents.ts';

/** Whether personal data stands anywhere in clear: database files, Redis, the log, or answers to those who may not see it. */
export const confidencialidad: Experiment = async ({ base, n, rate, dataDir, logFile }) => {
  const started = new Date();
  const user = await newUser(base);
  const stranger = await newUser(base);
  const marker = `Zafiro${randomBytes(6).toString('hex')}`;
  const seen = await atRate(n, rate, async (index) => {
    const delivery = await newDelivery(user, `${marker}-${index}`);
    const firma = await sign(user, delivery);
    const { entrega_id, ...fields } = delivery;
    const { data } = await user.api.call('logistica', 'POST /entrega/:id/confirmar', {
      params: { id: entrega_id },
      body: { ...fields, firma_payload: firma },
    });
    const task = await waitForEnd(user, data.task_id);
    return {
      delivery,
      owner: await readsClear(user, delivery),
      foreign: await statusFor(stranger, entrega_id),
      task,
    };
  });
  const { data: list } = await user.api.call('logistica', 'GET /entregas', { query: { limite: 200 } });

  // `pedido_id` carries the marker too and is no personal data: only these texts must never appear.
  const secrets = seen.flatMap(({ delivery }) => [
    delivery.direccion,
    delivery.nombre_recibe,
    delivery.firma_recibe,
  ]);
  const occurrences = (text: string) => secrets.filter((secret) => text.includes(secret)).length;
  const notes: string[] = [];
  const requirements: Requirement[] = [
    {
      name: 'quien puede verla la lee descifrada',
      expected: 'los datos confirmados, en claro',
      measured: share(seen.filter(({ owner }) => owner).length, n),
      met: seen.every(({ owner }) => owner),
    },
    {
      name: 'a otro usuario se le niega',
      expected: '404 siempre',
      measured: share(seen.filter(({ foreign }) => foreign === 404).length, n),
      met: seen.every(({ foreign }) => foreign === 404),
    },
    absent('las listas dan texto cifrado', occurrences(JSON.stringify(list))),
    absent(
      'el estado de las tareas no lleva datos personales',
      occurrences(JSON.stringify(seen.map(({ task }) => task))),
    ),
  ];

  const files = existsSync(dataDir) ? readdirSync(dataDir).filter((name) => /\.db(-wal)?$/.test(name)) : [];
  if (files.length === 0) {
    requirements.push(unseen('base de datos', `no hay archivos .db en ${dataDir}; use --data-dir`));
  } else {
    const texts = files.map((file) => readFileSync(join(dataDir, file)).toString('utf8'));
    const found = texts.filter((text) => text.includes(`PED-${marker}`)).length;
    requirements.push(
      // A search that finds nothing proves nothing: the order ids do stand in clear.
      {
        name: 'control: lo que va en claro se encuentra',
        expected: 'el pedido_id, en algún archivo',
        measured: `en ${found} archivos`,
        met: found > 0,
      },
      ...files.map((file, index) => absent(`base de datos: ${file}`, occurrences(texts[index]!))),
    );
  }
  requirements.push(
    await redisContents(dataDir).then(
      (contents) => absent('cola: todas las claves de Redis', occurrences(contents)),
      (error: unknown) =>
        unseen('cola: todas las claves de Redis', error instanceof Error ? error.message : String(error)),
    ),
  );
  if (logFile) requirements.push(absent(`registro: ${logFile}`, occurrences(readFileSync(logFile, 'utf8'))));
  else
    notes.push(
      'No se miró el registro: guárdelo con `npm start > plataforma.log` y pase --registro plataforma.log',
    );

  return {
    experiment: 'confidencialidad',
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1_000,
    conditions: { entregas: n, por_segundo: rate, textos_buscados: secrets.length },
    requirements,
    series: [],
    notes,
  };
};

const absent = (name: string, found: number): Requirement => ({
  name,
  expected: 'ningún dato personal en claro',
  measured: `${found} encontrados`,
  met: found === 0,
});

/** What could not be looked at is not met. */
const unseen = (name: string, reason: string): Requirement => ({
  name,
  expected: 'ningún dato personal en claro',
  measured: `sin comprobar: ${reason}`,
  met: false,
});

async function waitForEnd(user: User, taskId: string) {
  for (;;) {
    const { data } = await user.api.call('logistica', 'GET /tarea/:task_id', { params: { task_id: taskId } });
    if (data.ready) return data;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function readsClear(user: User, delivery: Delivery): Promise<boolean> {
  const { data } = await user.api.call('logistica', 'GET /entrega/:id', {
    params: { id: delivery.entrega_id },
  });
  return (
    data.direccion === delivery.direccion &&
    data.nombre_recibe === delivery.nombre_recibe &&
    data.firma_recibe === delivery.firma_recibe
  );
}

async function statusFor(user: User, id: number): Promise<number> {
  try {
    return (await user.api.call('logistica', 'GET /entrega/:id', { params: { id } })).status;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}
