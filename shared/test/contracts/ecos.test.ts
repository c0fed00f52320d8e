import { expect, test } from 'vitest';
import { signablePayload } from '../../src/contracts/delivery-payload.ts';
import { signDataBody, signDataResponse } from '../../src/contracts/autorizador.ts';
import {
  confirmacionAceptada,
  confirmarEntregaBody,
  crearEntregaBody,
  entregaDescifrada,
  entregaGuardada,
} from '../../src/contracts/logistica/entregas.ts';

test.each([
  ['POST /entregas', crearEntregaBody],
  ['POST /sign-data', signDataBody],
  ['the payload of POST /sign-data', signablePayload],
  ['POST /entrega/:id/confirmar', confirmarEntregaBody],
])('when what we answered is sent back in %s, then each of its fields is known', (_name, body) => {
  const answered = [entregaGuardada, entregaDescifrada, signDataResponse, confirmacionAceptada];
  const fields = answered.flatMap(({ shape }) => Object.keys(shape));
  expect(fields.filter((field) => !Object.hasOwn(body.shape, field))).toEqual([]);
  expect(body.safeParse({ precio: 1 }).error?.issues).toContainEqual(
    expect.objectContaining({ code: 'unrecognized_keys', keys: ['precio'] }),
  );
});
