import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { EstadoEntrega, TaskStatus } from '@medisupply/shared/contracts/vocabulary';
import type en from '../core/i18n/en.json';
import type es from '../core/i18n/es.json';
import type { Translated } from '../core/i18n/translated';
import type { Tone } from './chip';
import { Chip } from './chip';
import type { IconName } from './icons';

interface Look {
  tone: Tone;
  icon: IconName;
}

type Es = typeof es.estados;
type En = typeof en.estados;

const ENTREGA: Readonly<Record<Translated<EstadoEntrega, Es['entrega'], En['entrega']>, Look>> = {
  ENTREGADA: { tone: 'good', icon: 'circle-check' },
  PENDING_SYSTEM_CONFIRMATION: { tone: 'wait', icon: 'hourglass' },
  FAILED_MAX_RETRIES: { tone: 'bad', icon: 'circle-x' },
  CANCELADA: { tone: 'rest', icon: 'ban' },
  INTENTO_FALLIDO: { tone: 'wait', icon: 'rotate-ccw' },
};

const TAREA: Readonly<Record<Translated<TaskStatus, Es['tarea'], En['tarea']>, Look>> = {
  PENDING: { tone: 'wait', icon: 'hourglass' },
  STARTED: { tone: 'work', icon: 'play' },
  RETRY: { tone: 'wait', icon: 'rotate-ccw' },
  SUCCESS: { tone: 'good', icon: 'circle-check' },
  FAILURE: { tone: 'bad', icon: 'circle-x' },
  REVOKED: { tone: 'rest', icon: 'ban' },
};

const LOOKS: Readonly<Record<'entrega' | 'tarea', Readonly<Record<string, Look>>>> = {
  entrega: ENTREGA,
  tarea: TAREA,
};

/** The state of a delivery (those that people make up are shown as they wrote them) or of a task. */
@Component({
  selector: 'ms-state-chip',
  imports: [Chip, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'estados'">
      <ms-chip [tone]="look().tone" [icon]="look().icon">{{
        isKnown() ? t(kind() + '.' + state()) : state()
      }}</ms-chip>
    </ng-container>
  `,
  styles: `
    :host {
      display: inline-flex;
      max-width: 100%;
    }
  `,
  host: { '[attr.data-state]': 'state()' },
})
export class StateChip {
  readonly kind = input.required<'entrega' | 'tarea'>();
  readonly state = input.required<string>();

  readonly #known = computed(() => LOOKS[this.kind()][this.state()]);
  protected readonly isKnown = computed(() => this.#known() !== undefined);
  protected readonly look = computed<Look>(() => this.#known() ?? { tone: 'work', icon: 'truck' });
}
