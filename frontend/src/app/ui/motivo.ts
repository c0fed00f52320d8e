import { Component, computed, inject, input } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Idioma } from '../core/i18n/idioma';

/** Why a delivery failed: in words for the codes that the platform brings; an installation may have its own. */
@Component({ selector: 'ms-motivo', template: '{{ text() }}' })
export class Motivo {
  readonly code = input.required<string>();

  readonly #transloco = inject(TranslocoService);
  readonly #idioma = inject(Idioma).codigo;
  protected readonly text = computed(() => {
    const texts = this.#transloco.getTranslation(this.#idioma());
    return String(texts[`motivos.${this.code()}`] ?? this.code());
  });
}
