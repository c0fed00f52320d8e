import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { isKnown, tipoOf } from './tarea';

/** What a task is called: in the user's language where the app knows it, else as it is registered. */
@Component({
  selector: 'ms-tarea-nombre',
  imports: [TranslocoDirective],
  template: `<ng-container *transloco="let t; prefix: 'tareas.tipos'">{{
    isKnown() ? t(tipo() + '.nombre') : tipo()
  }}</ng-container>`,
})
export class TareaNombre {
  /** `logistica.generar_reporte`, or the part after the dot. */
  readonly name = input.required<string>();

  protected readonly tipo = computed(() => tipoOf(this.name()));
  protected readonly isKnown = computed(() => isKnown(this.tipo()));
}
