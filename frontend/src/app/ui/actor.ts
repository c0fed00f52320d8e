import { Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Sesion } from '../core/auth/sesion';

/** Who did something, as the platform writes it down: `usuario:7`, `servicio:monitor`, `worker`, `programada`. */
@Component({
  selector: 'ms-actor',
  imports: [TranslocoDirective],
  template: `<ng-container *transloco="let t; prefix: 'actor'">{{
    key() ? t(key(), { id: id() }) : value()
  }}</ng-container>`,
})
export class Actor {
  readonly value = input.required<string>();

  readonly #usuario = inject(Sesion).usuario;
  protected readonly id = computed(() => this.value().split(':', 2)[1] ?? '');
  protected readonly key = computed(() => {
    const kind = this.value().split(':', 1)[0];
    if (kind === 'usuario') return this.id() === String(this.#usuario()?.id) ? 'usted' : 'usuario';
    return kind === 'servicio' || kind === 'worker' || kind === 'programada' ? kind : '';
  });
}
