import type { Idioma } from '@medisupply/shared/proof/tell';

const es = {
  titulo: 'Comprobar una prueba de entrega',
  intro:
    'Esta página comprueba, sin red y sin preguntar a nadie, si una prueba de entrega (.pod.json) es de la plataforma y si alguien la cambió.',
  suelte: 'Suelte aquí los archivos, o elíjalos',
  cuales: 'La prueba (.pod.json) y, si la hay, la foto (.jpg)',
  cuales_sin_claves:
    'La prueba (.pod.json), las claves públicas de la plataforma (jwks.json) y, si la hay, la foto (.jpg)',
  claves_propias: 'Se comprueba con las claves guardadas en esta página el {cuando}.',
  claves_dadas:
    'Se comprueba con las claves del archivo {archivo} que usted dio: asegúrese de que es de la plataforma, y no de quien le dio la prueba.',
  sin_claves:
    'Faltan las claves públicas: esta copia de la página no las lleva. Pídalas a la plataforma (jwks.json), no a quien le dio la prueba.',
  claves_ignoradas: 'Esta página usa solo sus propias claves; las del archivo {archivo} no cuentan.',
  archivo_no_sirve: '{archivo} no es una prueba, ni claves de la plataforma, ni una foto.',
  no_admite:
    'Este navegador no puede comprobar firmas Ed25519 aquí. Guarde la página y ábrala desde el disco con un navegador actual.',
  probado: 'Queda probado',
  no_probado: 'No queda probado',
  dice: 'Lo que dice el archivo',
  sello: 'Sellada con la clave {kid}',
  firma_dibujada: 'Firma dibujada',
  nada_sale: 'Nada de lo que abra aquí sale de su equipo.',
  idioma: 'Idioma',
};

const en: typeof es = {
  titulo: 'Check a proof of delivery',
  intro:
    'This page checks, without a network and without asking anybody, whether a proof of delivery (.pod.json) comes from the platform and whether anybody changed it.',
  suelte: 'Drop the files here, or choose them',
  cuales: 'The proof (.pod.json) and, if there is one, the photo (.jpg)',
  cuales_sin_claves:
    "The proof (.pod.json), the platform's public keys (jwks.json) and, if there is one, the photo (.jpg)",
  claves_propias: 'Checked with the keys saved in this page on {cuando}.',
  claves_dadas:
    'Checked with the keys in {archivo}, which you gave: make sure they come from the platform, not from whoever gave you the proof.',
  sin_claves:
    'The public keys are missing: this copy of the page has none. Ask the platform for them (jwks.json), not whoever gave you the proof.',
  claves_ignoradas: 'This page uses its own keys only; those in {archivo} do not count.',
  archivo_no_sirve: '{archivo} is neither a proof, nor keys of the platform, nor a photo.',
  no_admite:
    'This browser cannot check Ed25519 signatures here. Save the page and open it from the disk with a current browser.',
  probado: 'Proven',
  no_probado: 'Not proven',
  dice: 'What the file says',
  sello: 'Sealed with the key {kid}',
  firma_dibujada: 'Drawn signature',
  nada_sale: 'Nothing that you open here leaves your device.',
  idioma: 'Language',
};

export type TextoDePagina = keyof typeof es;
export const TEXTOS_DE_PAGINA: Record<Idioma, Record<TextoDePagina, string>> = { es, en };
