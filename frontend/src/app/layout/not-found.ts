import { Component, inject } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from '../ui/empty-state';

@Component({
  selector: 'ms-not-found',
  imports: [EmptyState, RouterLink, TranslocoDirective],
  template: `
    <ms-empty-state
      *transloco="let t; prefix: 'ui'"
      icon="map-pin"
      [wholePage]="true"
      [heading]="t('no_encontrada')"
      [text]="t('no_encontrada_texto', { direccion })"
    >
      <a msButton="filled" routerLink="/">{{ t('inicio') }}</a>
    </ms-empty-state>
  `,
})
export class NotFound {
  protected readonly direccion = inject(Router).url;
}
