import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Idioma } from '../core/i18n/idioma';
import { Chip } from '../ui/chip';
import { duration } from '../ui/duration';
import { EmptyState } from '../ui/empty-state';
import { Icon } from '../ui/icon';
import { NumberPipe } from '../ui/number-pipe';
import { Time } from '../ui/time';
import { BytesPipe } from './bytes-pipe';
import type { Worker } from './estado-vivo';
import { EstadoVivo } from './estado-vivo';

const LOOKS = {
  active: { tone: 'work', key: 'trabajando' },
  idle: { tone: 'good', key: 'libre' },
  stopping: { tone: 'wait', key: 'parando' },
} as const;

/** The live workers, what they work on, and those that came and went. */
@Component({
  selector: 'ms-workers-panel',
  imports: [BytesPipe, Chip, EmptyState, Icon, NumberPipe, Time, TranslocoDirective],
  templateUrl: './workers-panel.html',
  styleUrls: ['./panel.scss', './workers-panel.scss'],
})
export class WorkersPanel {
  readonly #vivo = inject(EstadoVivo);
  readonly #idioma = inject(Idioma).codigo;
  protected readonly notices = this.#vivo.notices;
  protected readonly hasRedis = computed(() => this.#vivo.estado()?.workers !== null);
  protected readonly workers = computed(() => this.#vivo.estado()?.workers ?? []);

  protected lookOf(worker: Worker): { tone: 'work' | 'good' | 'wait'; key: string } {
    return this.#vivo.isSilent(worker) ? { tone: 'wait', key: 'callado' } : LOOKS[worker.status];
  }

  protected ageOf({ last_seen }: Worker): number {
    return Math.max(0, this.#vivo.serverNow() - Date.parse(last_seen));
  }

  protected since(moment: string): string {
    return this.lasting(Math.max(0, this.#vivo.serverNow() - Date.parse(moment)));
  }

  /** Whole seconds: these figures are renewed every few of them. */
  protected lasting(ms: number): string {
    return duration(Math.max(1, Math.round(ms / 1_000)) * 1_000, this.#idioma());
  }
}
