import { Component } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from '../ui/empty-state';
import { PageHeader } from '../ui/page-header';

@Component({
  selector: 'ms-usuarios-page',
  imports: [EmptyState, PageHeader, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <ms-page-header [heading]="t('usuarios.titulo')" />
      <ms-empty-state icon="users" [heading]="t('ui.en_construccion')" [text]="t('usuarios.pronto')" />
    </ng-container>
  `,
})
export class UsuariosPage {}
