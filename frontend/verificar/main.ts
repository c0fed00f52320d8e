/** verificar.html: a page of one file that checks proofs, opened from the disk, without a server and without a network. */
import { isObject } from '@medisupply/shared/proof/format';
import type { Idioma, Relato } from '@medisupply/shared/proof/tell';
import { relatar } from '@medisupply/shared/proof/tell';
import type { Claves, Informe } from '@medisupply/shared/proof/verify-proof';
import { clavesOf, verificarPrueba } from '@medisupply/shared/proof/verify-proof';
import type { TextoDePagina } from './page-texts.ts';
import { TEXTOS_DE_PAGINA } from './page-texts.ts';

interface Llavero {
  claves: Claves;
  /** When they were saved in the page; undefined for keys of a file. */
  guardadas: string | undefined;
  archivo: string | undefined;
}

const IDIOMAS: readonly Idioma[] = ['es', 'en'];

let idioma: Idioma = navigator.language.startsWith('en') ? 'en' : 'es';
const propias = ownKeys();
let llavero = propias;
let prueba: { archivo: string; texto: string } | undefined;
let foto: Uint8Array<ArrayBuffer> | undefined;
let avisos: string[] = [];
let informe: Informe | undefined;

function ownKeys(): Llavero | undefined {
  const text = element('claves').textContent;
  const claves = clavesOf(text);
  const { guardadas = '—' } = (JSON.parse(text) ?? {}) as { guardadas?: string };
  return claves && { claves, guardadas, archivo: undefined };
}

async function take(files: readonly File[]): Promise<void> {
  avisos = [];
  for (const file of files) await takeOne(file);
  await check();
}

async function takeOne(file: File): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    foto = bytes;
    return;
  }
  const texto = new TextDecoder().decode(bytes);
  const claves = clavesOf(texto);
  // A proof that brings keys is a proof all the same.
  if (claves && !looksLikeProof(texto)) {
    if (propias) avisos.push(say('claves_ignoradas', { archivo: file.name }));
    else llavero = { claves, guardadas: undefined, archivo: file.name };
  } else if (texto.trimStart().startsWith('{')) {
    prueba = { archivo: file.name, texto };
  } else {
    avisos.push(say('archivo_no_sirve', { archivo: file.name }));
  }
}

function looksLikeProof(text: string): boolean {
  const parsed: unknown = JSON.parse(text);
  return isObject(parsed) && ('sello' in parsed || 'datos' in parsed);
}

async function check(): Promise<void> {
  informe = undefined;
  if (prueba && llavero) {
    if (await canVerify()) informe = await verificarPrueba(prueba.texto, llavero.claves, foto);
    else avisos.push(say('no_admite'));
  }
  show();
}

/** Without a secure context there is no WebCrypto, and in older browsers no Ed25519. */
async function canVerify(): Promise<boolean> {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(32), 'Ed25519', false, ['verify']);
    return true;
  } catch {
    return false;
  }
}

function show(): void {
  document.documentElement.lang = idioma;
  document.title = `${say('titulo')} · MediSupply`;
  for (const id of ['titulo', 'intro', 'suelte'] as const) element(id).textContent = say(id);
  element('cuales').textContent = say(propias ? 'cuales' : 'cuales_sin_claves');
  element('nada-sale').textContent = say('nada_sale');
  element('claves-de').textContent = aboutKeys();
  element('idiomas').replaceChildren(...IDIOMAS.map(languageButton));
  element('idiomas').ariaLabel = say('idioma');
  element('resultado').replaceChildren(...avisos.map((aviso) => make('p', aviso, 'aviso')), ...verdict());
}

function aboutKeys(): string {
  if (!llavero) return say('sin_claves');
  const { guardadas, archivo } = llavero;
  return archivo === undefined
    ? say('claves_propias', { cuando: guardadas ?? '—' })
    : say('claves_dadas', { archivo });
}

function verdict(): HTMLElement[] {
  if (!informe || !prueba) return [];
  const relato = relatar(informe, idioma);
  const box = make('div', '', `veredicto ${informe.veredicto}`);
  box.append(
    make('p', prueba.archivo, 'archivo'),
    make('h2', relato.titulo),
    make('p', relato.explicacion),
    ...listOf(relato.hallazgos.map(({ texto, parte }) => `${texto} (${parte})`)),
  );
  return [
    box,
    ...section(say('probado'), relato.probado),
    ...section(say('no_probado'), relato.noProbado),
    claims(relato),
  ];
}

/** What stands in the file, its drawn signature as a picture: as `<img>` nothing in it runs or loads. */
function claims({ datos }: Relato): HTMLElement {
  const box = make('div', '', 'dice');
  const list = make('dl', '');
  for (const { nombre, valor } of datos) {
    const pair = make('div', '');
    pair.append(make('dt', nombre), make('dd', valor));
    list.append(pair);
  }
  box.append(make('h2', say('dice')), list);
  const picture = pictureOf(informe?.documento?.['datos']);
  if (picture) {
    const image = document.createElement('img');
    image.src = picture;
    image.alt = say('firma_dibujada');
    box.append(image);
  }
  if (informe?.sello) box.append(make('p', say('sello', { kid: informe.sello.kid }), 'clave'));
  return box;
}

function pictureOf(datos: unknown): string | undefined {
  const drawn = isObject(datos) ? datos['firma_recibe'] : undefined;
  if (typeof drawn !== 'string') return undefined;
  if (/^data:image\/(png|jpeg|webp|svg\+xml)[;,]/.test(drawn)) return drawn;
  return drawn.trimStart().startsWith('<svg') ? `data:image/svg+xml,${encodeURIComponent(drawn)}` : undefined;
}

const section = (titulo: string, lines: readonly string[]): HTMLElement[] =>
  lines.length === 0 ? [] : [make('h2', titulo), ...listOf(lines)];

function listOf(lines: readonly string[]): HTMLElement[] {
  if (lines.length === 0) return [];
  const list = make('ul', '');
  list.append(...lines.map((line) => make('li', line)));
  return [list];
}

function languageButton(code: Idioma): HTMLElement {
  const button = make('button', code.toUpperCase());
  button.ariaPressed = String(code === idioma);
  button.addEventListener('click', () => {
    idioma = code;
    avisos = [];
    show();
  });
  return button;
}

function make(tag: string, text: string, className = ''): HTMLElement {
  const made = document.createElement(tag);
  if (text !== '') made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}

function say(name: TextoDePagina, values: Record<string, string> = {}): string {
  return TEXTOS_DE_PAGINA[idioma][name].replaceAll(/\{(\w+)\}/g, (_place, key: string) => values[key] ?? '');
}

const chooser = element('archivos') as HTMLInputElement;
chooser.addEventListener('change', () => {
  void take([...(chooser.files ?? [])]);
  chooser.value = '';
});
const zone = element('zona');
for (const name of ['dragover', 'dragleave', 'drop'])
  document.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.toggle('encima', name === 'dragover');
  });
document.addEventListener('drop', ({ dataTransfer }) => void take([...(dataTransfer?.files ?? [])]));
show();
