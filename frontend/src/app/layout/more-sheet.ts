import type { Injector } from '@angular/core';
import { Component, inject } from '@angular/core';
import { MAT_BOTTOM_SHEET_DATA, MatBottomSheet, MatBottomSheetRef } from '@angular/material/bottom-sheet';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../ui/icon';
import type { Section } from './sections';

/** The sections that the bar of a phone has no room for. */
@Component({
  selector: 'ms-more-sheet',
  imports: [Icon, RouterLink, RouterLinkActive, TranslocoDirective],
  template: `
    <nav *transloco="let t; prefix: 'nav'" [attr.aria-label]="t('mas')">
      @for (section of sections; track section.path) {
        <a
          [routerLink]="section.path"
          routerLinkActive="active"
          ariaCurrentWhenActive="page"
          (click)="sheet.dismiss()"
        >
          <ms-icon [name]="section.icon" />
          {{ t(section.key) }}
        </a>
      }
    </nav>
  `,
  styles: `
    nav {
      display: grid;
      gap: 0.25rem;
      padding: 0.75rem 0 1rem;
    }

    a {
      display: flex;
      align-items: center;
      gap: 0.9rem;
      min-height: 3rem;
      padding: 0 0.9rem;
      border-radius: 10px;
      color: var(--mat-sys-on-surface);
      font-weight: 550;
      letter-spacing: normal;
      text-decoration: none;
    }

    .active {
      background: var(--mat-sys-secondary-container);
      color: var(--mat-sys-on-secondary-container);
    }
  `,
})
class MoreSheet {
  protected readonly sections = inject<readonly Section[]>(MAT_BOTTOM_SHEET_DATA);
  protected readonly sheet = inject<MatBottomSheetRef<MoreSheet>>(MatBottomSheetRef);
}

export function openMoreSheet(
  injector: Injector,
  { sections, ariaLabel }: { sections: readonly Section[]; ariaLabel: string },
): void {
  injector.get(MatBottomSheet).open(MoreSheet, { data: sections, ariaLabel });
}
