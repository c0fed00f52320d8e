import { Component, computed, input } from '@angular/core';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import type { CambioDeAsignacion } from '@medisupply/shared/contracts/vocabulary';
import { TranslocoDirective } from '@jsverse/transloco';
import { Actor } from '../ui/actor';
import { Chip } from '../ui/chip';
import { Motivo } from '../ui/motivo';
import { StateChip } from '../ui/state-chip';
import { sucesoDe } from '../ui/sucesos';
import { Time } from '../ui/time';

/** The states that a delivery went through, and who carried it, the newest first. */
@Component({
  selector: 'ms-entrega-history',
  imports: [Actor, Chip, Motivo, StateChip, Time, TranslocoDirective],
  template: `
    <ol *transloco="let t; prefix: 'sucesos'">
      @for (change of newestFirst(); track $index) {
        <li>
          @if (change.cambio; as cambio) {
            <ms-chip tone="rest" [icon]="iconOf(cambio)">{{ t(cambio) }}</ms-chip>
          } @else {
            <ms-state-chip kind="entrega" [state]="change.estado" />
          }
          @if (change.motivo; as motivo) {
            <span><ms-motivo [code]="motivo" />{{ change.detalle ? ': ' + change.detalle : '' }}</span>
          }
          <ms-actor class="ms-soft" [value]="change.actor" />
          <ms-time class="ms-soft" [value]="change.momento" [exact]="true" />
        </li>
      }
    </ol>
  `,
  styles: `
    ol {
      display: grid;
      margin: 0;
      padding: 0;
      list-style: none;
    }

    li {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.25rem 0.75rem;
      padding: 0.6rem 0;
      border-top: 1px solid var(--mat-sys-outline-variant);
      font-size: 0.9rem;
      overflow-wrap: anywhere;
    }

    li:first-child {
      padding-top: 0;
      border: 0;
    }

    li:last-child {
      padding-bottom: 0;
    }

    ms-time {
      margin-left: auto;
    }
  `,
})
export class EntregaHistory {
  readonly historial = input.required<LogisticaOperations['GET /entrega/:id']['answer']['historial']>();
  protected readonly iconOf = (cambio: CambioDeAsignacion) => sucesoDe({ tipo: cambio })?.icon;
  protected readonly newestFirst = computed(() => this.historial().toReversed());
}
