import { Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from '../ui/empty-state';
import { PageHeader } from '../ui/page-header';

@Component({
  selector: 'ms-tareas-page',
  imports: [EmptyState, PageHeader, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ms-page-header [heading]="t('tareas.titulo')" />
      <ms-empty-state icon="list-checks" [heading]="t('ui.en_construccion')" [text]="t('tareas.pronto')" />
    </ng-container>
  `,
})
export class TareasPage {}
