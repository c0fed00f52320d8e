import { Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from '../ui/empty-state';
import { PageHeader } from '../ui/page-header';

@Component({
  selector: 'ms-monitor-page',
  imports: [EmptyState, PageHeader, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ms-page-header [heading]="t('monitor.titulo')" />
      <ms-empty-state icon="activity" [heading]="t('ui.en_construccion')" [text]="t('monitor.pronto')" />
    </ng-container>
  `,
})
export class MonitorPage {}
