import type { EstadoEntrega, EventoTipo } from '@medisupply/shared/contracts/vocabulary';
import { EVENTO_TIPOS } from '@medisupply/shared/contracts/vocabulary';
import type { Evento, PasoLocal } from '../core/eventos/evento';
import type en from '../core/i18n/en.json';
import type es from '../core/i18n/es.json';
import type { Translated } from '../core/i18n/translated';
import type { IconName } from './icons';
import type timeline from './timeline/i18n/es.json';

interface Suceso {
  icon: IconName;
  tone: 'good' | 'bad' | 'wait' | 'plain';
  /** A step of a confirmation, and what the confirmation waits for after it; `fin`: nothing more. */
  espera?: keyof typeof timeline.espera | 'fin';
  /** What the delivery is afterwards, where the event says it. */
  estado?: EstadoEntrega;
  /** Reserves, debits or releases stock. */
  existencias?: true;
}

type Tipo = Translated<EventoTipo | PasoLocal, typeof es.sucesos, typeof en.sucesos>;

/** What the pages make of each type of event; its name is below `sucesos` in the core texts. */
const SUCESOS: Readonly<Record<Tipo, Suceso>> = {
  pulsada: { icon: 'signature', tone: 'plain', espera: 'firmar' },
  firmada: { icon: 'key-round', tone: 'plain', espera: 'servidor' },
  firmada_de_nuevo: { icon: 'key-round', tone: 'wait', espera: 'servidor' },
  reenviada: { icon: 'send', tone: 'wait', espera: 'servidor' },
  creada: { icon: 'truck', tone: 'plain', existencias: true },
  tomada: { icon: 'truck', tone: 'plain' },
  soltada: { icon: 'rotate-ccw', tone: 'plain' },
  intento: { icon: 'rotate-ccw', tone: 'wait', estado: 'INTENTO_FALLIDO' },
  recibida: { icon: 'inbox', tone: 'plain', espera: 'firma' },
  firma: { icon: 'shield-check', tone: 'plain', espera: 'guardar' },
  firma_rechazada: { icon: 'circle-x', tone: 'bad' },
  aceptada: { icon: 'database', tone: 'plain', espera: 'cola', estado: 'PENDING_SYSTEM_CONFIRMATION' },
  encolada: { icon: 'layers', tone: 'plain', espera: 'turno' },
  reactivada: {
    icon: 'refresh-cw',
    tone: 'wait',
    espera: 'turno',
    estado: 'PENDING_SYSTEM_CONFIRMATION',
  },
  inicio: { icon: 'play', tone: 'plain', espera: 'aplicar' },
  reintento: { icon: 'rotate-ccw', tone: 'wait', espera: 'intento' },
  aplicada: { icon: 'circle-check', tone: 'good', espera: 'fin', estado: 'ENTREGADA', existencias: true },
  rechazada: { icon: 'circle-x', tone: 'bad', espera: 'fin' },
  muerta: { icon: 'circle-x', tone: 'bad', espera: 'fin', estado: 'FAILED_MAX_RETRIES' },
  fin: { icon: 'circle-check', tone: 'good' },
  fallida: { icon: 'circle-x', tone: 'bad' },
  cancelada: { icon: 'ban', tone: 'bad', estado: 'CANCELADA', existencias: true },
};

const PASOS_LOCALES: readonly PasoLocal[] = ['pulsada', 'firmada', 'firmada_de_nuevo', 'reenviada'];
/** In the order in which events of the same millisecond are shown. */
export const TIPOS: readonly Evento['tipo'][] = [...PASOS_LOCALES, ...EVENTO_TIPOS];

/** Undefined for a type of a newer version than this page. */
export const sucesoDe = ({ tipo }: Pick<Evento, 'tipo'>): Suceso | undefined => SUCESOS[tipo];
