import { borrarMuestra as borrarUsuarios } from '@medisupply/autorizador/usuarios/borrar-muestra';
import { openAutorizadorDatabase } from '@medisupply/autorizador/database';
import { borrarMuestra as borrarEntregas } from '@medisupply/logistica-inventario/entregas/borrar-muestra';
import { openLogisticaDatabase } from '@medisupply/logistica-inventario/database';
import { readDatabaseConfig } from '@medisupply/shared/db/database-environment';
import { UserError } from '../terminal/user-error.ts';
import type { Ledger } from './ledger.ts';

/**
 * Beside a running platform, or a stopped one. The deliveries go first, in one transaction: what stops them leaves all of it.
 * @throws UserError when something real hangs on the sample, or one of its tasks is under way
 */
export async function removeSample(dataDir: string, ledger: Ledger): Promise<void> {
  const env = { ...process.env, DATA_DIR: dataDir };
  const usuarios = ledger.idsOf('usuario');
  const logistica = await openLogisticaDatabase(readDatabaseConfig('LOGISTICA', env));
  try {
    const muestra = { entregas: ledger.idsOf('entrega'), productos: ledger.idsOf('producto'), usuarios };
    const impedimento = await logistica.unitOfWork.write((tx) => borrarEntregas(tx, muestra));
    if (impedimento) throw new UserError(textOf(impedimento));
  } finally {
    await logistica.close();
  }
  const autorizador = await openAutorizadorDatabase(readDatabaseConfig('AUTORIZADOR', env));
  try {
    await autorizador.unitOfWork.write((tx) => borrarUsuarios(tx, usuarios));
  } finally {
    await autorizador.close();
  }
  ledger.remove();
}

const textOf = ({ tareas, entregas }: { tareas: number; entregas: readonly number[] }): string =>
  entregas.length > 0
    ? `Hay entregas que no son de la muestra y usan sus productos o sus mensajeros: ${entregas.slice(0, 20).join(', ')}; no se quitó nada`
    : `${tareas} tareas de la muestra no han terminado; no se quitó nada. Repita cuando terminen`;
