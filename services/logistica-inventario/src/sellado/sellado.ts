import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { Loop } from '@medisupply/shared/lifecycle/loop';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { FieldCipher } from '@medisupply/shared/security/field-cipher';
import { isCiphertext } from '@medisupply/shared/security/field-cipher';
import type { HashSeal } from '@medisupply/shared/security/hash-seal';
import { isSealed } from '@medisupply/shared/security/hash-seal';
import { cifrarFirma } from '../entregas/campos-personales.ts';
import type { LogisticaTables } from '../tables.ts';
import type { Fila } from './sellado.repository.ts';
import { countLooked, nextPage, replaceValues, setLooked } from './sellado.repository.ts';

/** Rows of one write, and the pause after it (ms): others write, too. */
const BATCH = 100;
const PAUSE = 20;
const PAUSE_AFTER_FAILURE = { first: 1_000, max: 60_000 };
/** By then no process of an older version runs any more, which could neither read what is sealed nor seal (ms). */
export const ALONE_AFTER = 15_000;
/** Between two lines of progress (ms). */
const TELL_EVERY = 1_000;

interface Options {
  database: OpenDatabase<LogisticaTables>;
  cipher: FieldCipher;
  hashSeal: HashSeal;
  logger: Logger;
}

/** Seals, beside everything else, what older versions stored as plain hashes and as signatures in clear. */
export interface Sellado {
  start(afterMs?: number): void;
  stop(): Promise<void>;
}

/** How far it got is in the database, written with the rows: killed, it goes on where it was; several share the work. */
export function createSellado(options: Options): Sellado {
  const { database, logger } = options;
  let told = Number.NEGATIVE_INFINITY;
  let hasWorked = false;

  async function tell(): Promise<void> {
    if (performance.now() - told < TELL_EVERY) return;
    told = performance.now();
    logger.info(await countLooked(database.read), 'se sellan huellas y firmas guardadas en claro');
  }

  const loop = new Loop({
    name: 'el sellado de huellas y firmas',
    everyMs: PAUSE,
    pause: PAUSE_AFTER_FAILURE,
    logger,
    async step() {
      if (await sellarPagina(options)) {
        hasWorked = true;
        return tell();
      }
      void loop.stop();
      if (hasWorked) logger.info('ya no hay huellas ni firmas guardadas en claro');
    },
  });
  return { start: (afterMs) => loop.start(afterMs), stop: () => loop.stop() };
}

/** False when nothing is left. */
function sellarPagina({ database, cipher, hashSeal }: Options): Promise<boolean> {
  return database.unitOfWork.write(async (tx) => {
    const pagina = await nextPage(tx, BATCH);
    if (!pagina) return false;
    for (const fila of pagina.filas) {
      const nuevos = sellarFila(fila, cipher, hashSeal);
      if (nuevos.huella !== fila.huella || nuevos.firma !== fila.firma)
        await replaceValues(tx, pagina.tabla, nuevos);
    }
    await setLooked(tx, pagina);
    return true;
  });
}

function sellarFila({ clave, entrega_id, huella, firma }: Fila, cipher: FieldCipher, hashSeal: HashSeal) {
  return {
    clave,
    huella: huella === null || isSealed(huella) ? huella : hashSeal.seal(huella),
    firma: firma === null || isCiphertext(firma) ? firma : cifrarFirma(cipher, entrega_id, firma),
  };
}
