import {
  CdkFixedSizeVirtualScroll,
  CdkVirtualForOf,
  CdkVirtualScrollableWindow,
  CdkVirtualScrollViewport,
} from '@angular/cdk/scrolling';
import { NgTemplateOutlet } from '@angular/common';
import { Component, computed, contentChildren, Directive, inject, input, TemplateRef } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Pantalla } from '../core/preferencias/pantalla';
import type { CursorPages } from './cursor-pages';
import { ErrorState } from './error-state';
import { Skeleton } from './skeleton';

export interface Column {
  /** The name of its `msCell`. */
  key: string;
  /** Translated. */
  header: string;
  /** A grid track, such as `8rem` or `minmax(0, 2fr)`; `minmax(0, 1fr)` by default. */
  width?: string;
  align?: 'end';
  /** Where it goes on a phone: the first line, the second, or at the right of the first; nowhere by default. */
  phone?: 'title' | 'detail' | 'end';
}

/** The contents of one column: `<ng-template msCell="estado" [msCellOf]="pages.rows()" let-row>…</ng-template>`. */
@Directive({ selector: 'ng-template[msCell]' })
export class Cell<T> {
  readonly msCell = input.required<string>();
  /** Only for the type of `row`. */
  readonly msCellOf = input<readonly T[]>();
  readonly template = inject<TemplateRef<{ $implicit: T }>>(TemplateRef);

  static ngTemplateContextGuard<T>(_cell: Cell<T>, _context: unknown): _context is { $implicit: T } {
    return true;
  }
}

/** With text of its usual size (px). */
const DESKTOP_ROW = 52;
const PHONE_ROW = 76;
/** The next page is asked for when so few rows are left below the view. */
const AHEAD = 30;

/**
 * A list of rows that scrolls with the page and draws only those in view, however many there are. The first column is
 * the row's link when `link` is given. Loading, failure and "load more" are shown here; what to show when there is
 * nothing is projected.
 */
@Component({
  selector: 'ms-data-table',
  imports: [
    CdkFixedSizeVirtualScroll,
    CdkVirtualForOf,
    CdkVirtualScrollViewport,
    CdkVirtualScrollableWindow,
    ErrorState,
    NgTemplateOutlet,
    RouterLink,
    Skeleton,
    TranslocoDirective,
  ],
  templateUrl: './data-table.html',
  styleUrl: './data-table.scss',
})
export class DataTable<T extends object> {
  readonly columns = input.required<readonly Column[]>();
  readonly pages = input.required<CursorPages<T>>();
  /** Names the table for screen readers; translated. */
  readonly label = input.required<string>();
  readonly link = input<(row: T) => unknown[] | undefined>();
  readonly identify = input.required<(row: T) => unknown>();

  protected readonly cells = contentChildren<Cell<T>>(Cell);
  readonly #isPhone = inject(Pantalla).isPhone;
  readonly #templates = computed(() => new Map(this.cells().map((cell) => [cell.msCell(), cell.template])));

  protected readonly rowHeight = computed(() => (this.#isPhone() ? PHONE_ROW : DESKTOP_ROW) * textScale());
  protected readonly tracks = computed(() =>
    this.columns()
      .map(({ width }) => width ?? 'minmax(0, 1fr)')
      .join(' '),
  );
  protected readonly trackRow = (_index: number, row: T): unknown => this.identify()(row);

  protected templateOf(key: string): TemplateRef<{ $implicit: T }> | null {
    return this.#templates().get(key) ?? null;
  }

  protected loadAhead(firstShown: number): void {
    const { rows, loadMore } = this.pages();
    const shown = Math.ceil(window.innerHeight / this.rowHeight());
    if (rows().length - firstShown - shown < AHEAD) loadMore();
  }
}

/** How much larger than usual the browser's user has the text. */
const textScale = (): number =>
  Math.max(1, (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16) / 16);
