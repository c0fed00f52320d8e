import { Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from '../ui/empty-state';
import { PageHeader } from '../ui/page-header';

@Component({
  selector: 'ms-firmas-page',
  imports: [EmptyState, PageHeader, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ms-page-header [heading]="t('firmas.titulo')" />
      <ms-empty-state icon="key-round" [heading]="t('ui.en_construccion')" [text]="t('firmas.pronto')" />
    </ng-container>
  `,
})
export class FirmasPage {}
