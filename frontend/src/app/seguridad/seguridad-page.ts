import { Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from '../ui/empty-state';
import { PageHeader } from '../ui/page-header';

@Component({
  selector: 'ms-seguridad-page',
  imports: [EmptyState, PageHeader, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ms-page-header [heading]="t('seguridad.titulo')" />
      <ms-empty-state
        icon="shield-check"
        [heading]="t('ui.en_construccion')"
        [text]="t('seguridad.pronto')"
      />
    </ng-container>
  `,
})
export class SeguridadPage {}
