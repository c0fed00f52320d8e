import { Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from '../ui/empty-state';
import { PageHeader } from '../ui/page-header';

@Component({
  selector: 'ms-confirmar-page',
  imports: [EmptyState, PageHeader, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ms-page-header [heading]="t('confirmar.titulo')" />
      <ms-empty-state icon="signature" [heading]="t('ui.en_construccion')" [text]="t('confirmar.pronto')" />
    </ng-container>
  `,
})
export class ConfirmarPage {}
