import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Chip } from '../ui/chip';
import { NumberPipe } from '../ui/number-pipe';
import { BytesPipe } from './bytes-pipe';
import { EstadoVivo } from './estado-vivo';

/** Redis, which holds what waits, and the database of each service. */
@Component({
  selector: 'ms-redis-panel',
  imports: [BytesPipe, Chip, NumberPipe, TranslocoDirective],
  templateUrl: './redis-panel.html',
  styleUrl: './panel.scss',
})
export class RedisPanel {
  readonly #estado = inject(EstadoVivo).estado;
  protected readonly redis = computed(() => this.#estado()?.redis);
  protected readonly keys = computed(() => this.#estado()?.celery.keys_count ?? null);
  protected readonly bases = computed(() =>
    Object.entries(this.#estado()?.bases ?? {}).map(([name, base]) => ({ name, ...base })),
  );
}
