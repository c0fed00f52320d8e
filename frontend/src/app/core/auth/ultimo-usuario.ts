import { DIAS_SIN_RED } from '@medisupply/shared/contracts/vocabulary';
import { base } from '../guardado/base';
import { filasDe, removeForAll } from '../guardado/filas';
import type { Usuario } from './access-token';

const DIA = 24 * 3_600_000;
const usuarios = filasDe<Usuario>('usuario');

/** Who was signed in last, so that the app opens without a network: for so many days after the server's last word. */
export const ultimoUsuario = {
  /** What belongs to others' sessions goes. */
  async guardar(usuario: Usuario): Promise<void> {
    const before = await (await base()).get('sesion', 'ultima');
    if (before && before.usuario_id !== usuario.id) await ultimoUsuario.olvidar();
    await usuarios.put(usuario.id, usuario.id, usuario);
    const hasta = Date.now() + DIAS_SIN_RED * DIA;
    await (await base()).put('sesion', { usuario_id: usuario.id, hasta }, 'ultima');
  },
  async leer(): Promise<Usuario | undefined> {
    const ultima = await (await base()).get('sesion', 'ultima');
    if (ultima && ultima.hasta > Date.now()) return usuarios.get(ultima.usuario_id, ultima.usuario_id);
    if (ultima) await ultimoUsuario.olvidar();
    return undefined;
  },
  /** With the deliveries that were kept. What was typed and not sent stays, for whoever typed it. */
  async olvidar(): Promise<void> {
    await (await base()).delete('sesion', 'ultima');
    await removeForAll('usuario', 'entrega');
  },
};
