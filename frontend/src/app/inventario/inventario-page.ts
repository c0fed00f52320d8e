import { Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from '../ui/empty-state';
import { PageHeader } from '../ui/page-header';

@Component({
  selector: 'ms-inventario-page',
  imports: [EmptyState, PageHeader, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ms-page-header [heading]="t('inventario.titulo')" />
      <ms-empty-state icon="boxes" [heading]="t('ui.en_construccion')" [text]="t('inventario.pronto')" />
    </ng-container>
  `,
})
export class InventarioPage {}
