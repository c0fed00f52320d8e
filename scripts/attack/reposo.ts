/** What lies on the disk: who may read it, and what it tells to one who can. */
import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { canonicalBytes, sha256Hex } from '@medisupply/shared/security/canonical-json';
import { verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import type { Case } from './suite.ts';
import { NotTried, worked } from './attempt.ts';
import type { Target } from './target.ts';

const clase = 'reposo';
/** Group and others. */
const NOT_THE_OWNER = 0o077;

function dataDirOf({ dataDir }: Target): string {
  if (dataDir === undefined) throw new NotTried('no se ven los datos de esa plataforma');
  return dataDir;
}

/** Every file and folder below `folder`, itself as well. */
function everythingIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return [folder, ...entries.map((entry) => join(entry.parentPath, entry.name))];
}

/** Rows of logistica.db, as a copy of the file shows them. */
function rowsOf<T>(target: Target, sql: string, ...values: unknown[]): T[] {
  const db = new Database(join(dataDirOf(target), 'logistica.db'), { readonly: true });
  try {
    return db.prepare(sql).all(...values) as T[];
  } finally {
    db.close();
  }
}

export const REST_CASES: readonly Case[] = [
  {
    clase,
    nombre: 'archivos que otro usuario de la máquina puede leer',
    run: async (target) => {
      const folder = dataDirOf(target);
      const open = everythingIn(folder).filter((path) => (statSync(path).mode & NOT_THE_OWNER) !== 0);
      return open.length === 0 ? undefined : open.map((path) => relative(folder, path) || '.').join(', ');
    },
  },
  {
    clase,
    nombre: 'una dirección en claro en los archivos',
    async run(target) {
      const folder = dataDirOf(target);
      const planted = 'Calle-En-Claro-918273';
      const id = await target.newDelivery(target.ana, { direccion: planted });
      const body = await target.confirmation(target.ana, id, {
        direccion: planted,
        nombre_recibe: `${planted}-n`,
      });
      const answer = await target.call('POST', `/logistica/entrega/${id}/confirmar`, {
        as: target.ana,
        body,
      });
      await target.endOf(worked(answer, 202).json.task_id);
      const file = everythingIn(folder).find(
        (path) => statSync(path).isFile() && readFileSync(path).includes(planted),
      );
      return file === undefined ? undefined : relative(folder, file);
    },
  },
  {
    clase,
    nombre: 'de una copia de la base: una dirección adivinada, confirmada por la huella',
    async run(target) {
      const body = { direccion: 'Calle adivinada 7', estado: 'EN_CAMINO', pedido_id: 'P' };
      const headers = ['idempotency-key', `huella-${Date.now()}`];
      worked(await target.call('POST', '/logistica/entregas', { as: target.ana, body, headers }), 201);
      const guess = sha256Hex(canonicalBytes(body));
      const found = rowsOf<{ huella: string }>(
        target,
        'select huella from idempotencia where huella = ?',
        guess,
      );
      return found.length === 0 ? undefined : 'la huella es la de la dirección adivinada';
    },
  },
  {
    clase,
    nombre: 'de una copia de la base: una dirección adivinada, confirmada por la firma',
    async run(target) {
      const id = await target.newDelivery(target.ana);
      const { firma_payload, ...fields } = await target.confirmation(target.ana, id);
      const confirmar = { as: target.ana, body: { ...fields, firma_payload } };
      worked(await target.call('POST', `/logistica/entrega/${id}/confirmar`, confirmar), 202);
      const [row] = rowsOf<{ firma: string }>(
        target,
        'select firma from confirmacion where entrega_id = ?',
        id,
      );
      if (!row) throw new Error('la confirmación no está en la base');
      const key = createPublicKey(target.signatureKey().privateKey);
      const guess = { ...fields, entrega_id: id, usuario_id: target.ana.id };
      return verifyDelivery(row.firma, guess, () => ({ key })).valid
        ? 'la firma guardada verifica lo adivinado'
        : undefined;
    },
  },
];
