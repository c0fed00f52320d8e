import { Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from '../ui/empty-state';
import { PageHeader } from '../ui/page-header';

@Component({
  selector: 'ms-entregas-page',
  imports: [EmptyState, PageHeader, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ms-page-header [heading]="t('entregas.titulo')" />
      <ms-empty-state icon="truck" [heading]="t('ui.en_construccion')" [text]="t('entregas.pronto')" />
    </ng-container>
  `,
})
export class EntregasPage {}
