import { Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { EmptyState } from './empty-state';

/** For a page, or a part of one, that the user's roles do not cover. */
@Component({
  selector: 'ms-no-permission',
  imports: [EmptyState, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'ui'">
      <ms-empty-state
        icon="lock"
        [wholePage]="wholePage()"
        [heading]="t('sin_permiso')"
        [text]="t('sin_permiso_texto')"
      />
    </ng-container>
  `,
})
export class NoPermission {
  readonly wholePage = input(false);
}
