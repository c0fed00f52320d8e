import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from './empty-state';

/** Instead of a delivery that was shown and may be seen no more, because of who carries it now. */
@Component({
  selector: 'ms-entrega-ajena',
  imports: [EmptyState, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'asignacion'">
      <ms-empty-state icon="truck" [heading]="t(wasFree() ? 'de_otra' : 'ya_no')" [text]="t('quien_la_ve')">
        <a msButton="outlined" routerLink="/entregas">{{ t('ver_entregas') }}</a>
      </ms-empty-state>
    </ng-container>
  `,
  host: { role: 'status' },
})
export class EntregaAjena {
  /** Nobody carried it before. */
  readonly wasFree = input(false);
}
