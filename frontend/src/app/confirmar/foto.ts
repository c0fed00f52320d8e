import { inject, Injectable } from '@angular/core';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { LogisticaApi } from '../core/api/logistica-api';

/** A photo of a delivery, ready to be sent. */
export interface Foto {
  jpeg: Blob;
  /** What the signature covers. */
  sha256: string;
}

/** Pixels of the longer side, and quality: the first that is small enough is taken. */
const STEPS = [
  [1600, 0.8],
  [1600, 0.65],
  [1280, 0.65],
  [1024, 0.6],
  [800, 0.5],
] as const;

/**
 * The picture as a JPEG that the server takes, drawn anew: what a camera wrote beside the pixels, such as the place, is
 * not in it.
 * @throws when the file is no picture that this browser can read
 */
export async function toFoto(file: Blob): Promise<Foto> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    for (const [side, quality] of STEPS) {
      const jpeg = await drawn(picture, side, quality);
      if (jpeg.size <= LIMITES.foto) return { jpeg, sha256: await sha256Of(jpeg) };
    }
  } finally {
    picture.close();
  }
  throw new Error('The picture does not become small enough');
}

async function drawn(picture: ImageBitmap, side: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('No JPEG here'))),
      'image/jpeg',
      quality,
    );
  });
}

async function sha256Of(blob: Blob): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Photos are with the server before the confirmation that signs them. */
@Injectable({ providedIn: 'root' })
export class Fotos {
  readonly #logistica = inject(LogisticaApi);

  /** The member that is signed. The same photo again is no error. @throws ApiError */
  async enviar(entregaId: number, { jpeg, sha256 }: Foto): Promise<{ foto_sha256: string }> {
    await this.#logistica.call('POST /entrega/:id/foto', { params: { id: entregaId }, body: jpeg });
    return { foto_sha256: sha256 };
  }
}
