import {
  afterNextRender,
  Component,
  computed,
  DestroyRef,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Idioma } from '../core/i18n/idioma';
import { Icon } from '../ui/icon';
import type { IconName } from '../ui/icons';
import { preciseTime } from '../ui/time';
import type { DatosFirmados, Jwks } from './firma';
import type { Comprobacion, Resultado, Verificacion } from './verificar-firma';
import { remaining, vigenciaOf } from './vigencia';

const loadVerifier = () => import('./verificar-firma');

const ICONS: Readonly<Record<Resultado, IconName>> = {
  bien: 'circle-check',
  mal: 'circle-x',
  abierta: 'minus',
};

/** Those that have a name in the texts. */
const MEMBERS: ReadonlySet<string> = new Set(['kid', 'alg', 'typ', 'iat', 'exp', 'jti']);

interface Check {
  key: Comprobacion | 'vigencia' | 'datos_incompletos';
  resultado: Resultado;
  icon: IconName;
}

/** The header of a signature, and whether the signature is valid, verified in this browser with the public keys. */
@Component({
  selector: 'ms-firma-panel',
  imports: [Icon, TranslocoDirective],
  templateUrl: './firma-panel.html',
  styleUrl: './firma-panel.scss',
})
export class FirmaPanel {
  readonly firma = input.required<string>();
  readonly datos = input.required<DatosFirmados | undefined>();
  readonly jwks = input.required<Jwks>();

  readonly #idioma = inject(Idioma).codigo;
  readonly #now = signal(Date.now());
  protected readonly verificando = resource({
    params: () =>
      this.firma() === '' ? undefined : { firma: this.firma(), datos: this.datos(), jwks: this.jwks() },
    loader: async ({ params: { firma, datos, jwks } }) =>
      (await loadVerifier()).verificarFirma(firma, datos, jwks),
  });
  /** The last one stays until the next is there, a few milliseconds later. */
  protected readonly verificacion = linkedSignal<Verificacion | undefined, Verificacion | undefined>({
    source: () => (this.verificando.hasValue() ? this.verificando.value() : undefined),
    computation: (found, before) => (this.firma() === '' ? undefined : (found ?? before?.value)),
  });
  readonly #cabecera = computed(() => this.verificacion()?.cabecera);
  readonly #vigencia = computed(() => vigenciaOf(this.#cabecera(), this.#now()));

  protected readonly checks = computed((): Check[] => {
    const resultados = Object.entries(this.verificacion()?.resultados ?? {}) as [Comprobacion, Resultado][];
    const isOpen = resultados.some(([, resultado]) => resultado !== 'bien');
    const vigente = this.#vigencia() === 'vigente' ? 'bien' : 'mal';
    return [
      ...resultados.map(([key, resultado]) => ({
        key: key === 'datos' && !this.datos() ? ('datos_incompletos' as const) : key,
        resultado,
        icon: ICONS[resultado],
      })),
      { key: 'vigencia', resultado: isOpen ? 'abierta' : vigente, icon: ICONS[isOpen ? 'abierta' : vigente] },
    ];
  });
  protected readonly isValid = computed(() => this.checks().every(({ resultado }) => resultado === 'bien'));
  protected readonly vigencia = this.#vigencia;

  /** As in the header, and the times as people read them. */
  protected readonly contents = computed(() => {
    const cabecera = this.#cabecera() ?? {};
    return Object.entries(cabecera).map(([name, value]) => ({
      name,
      isKnown: MEMBERS.has(name),
      value: typeof value === 'string' ? value : JSON.stringify(value),
      time: (name === 'iat' || name === 'exp') && typeof value === 'number' ? this.#timeOf(value) : undefined,
    }));
  });
  protected readonly remaining = computed(() => {
    const exp = this.#cabecera()?.['exp'];
    return typeof exp === 'number' ? remaining(exp, this.#now()) : undefined;
  });
  protected readonly json = computed(() => JSON.stringify(this.#cabecera(), undefined, 2));

  constructor() {
    // Loaded before it is needed, so that verifying works without a connection.
    afterNextRender(() => void loadVerifier().catch(() => undefined));
    const clock = setInterval(() => this.#now.set(Date.now()), 1_000);
    inject(DestroyRef).onDestroy(() => clearInterval(clock));
  }

  #timeOf(seconds: number): string | undefined {
    const moment = new Date(seconds * 1_000);
    return Number.isNaN(moment.getTime()) ? undefined : preciseTime(moment.toISOString(), this.#idioma());
  }
}
