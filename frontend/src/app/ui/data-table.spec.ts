import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { TranslocoTestingModule } from '@jsverse/transloco';
import texts from '../core/i18n/es.json';
import { Pantalla } from '../core/preferencias/pantalla';
import type { CursorPages, PagesState } from './cursor-pages';
import { DataTable } from './data-table';

const state = signal<PagesState>('ready');
const hasMore = signal(false);
const loadMore = vi.fn<() => void>();

@Component({
  imports: [DataTable],
  template: `<ms-data-table label="Tareas" [columns]="[]" [pages]="pages" [identify]="identify"
    >Nada</ms-data-table
  >`,
})
class Page {
  protected readonly pages: CursorPages<object> = {
    rows: () => [],
    state,
    error: () => undefined,
    hasMore,
    loadMore,
    reload: () => undefined,
    update: () => undefined,
  };
  protected readonly identify = (row: object): unknown => row;
}

async function show(): Promise<HTMLElement> {
  TestBed.configureTestingModule({
    imports: [
      TranslocoTestingModule.forRoot({
        langs: { es: texts },
        translocoConfig: { availableLangs: ['es'], defaultLang: 'es' },
      }),
    ],
    providers: [{ provide: Pantalla, useValue: { isPhone: () => false } }],
  });
  const fixture = TestBed.createComponent(Page);
  await fixture.whenStable();
  return fixture.nativeElement as HTMLElement;
}

test('when there are no rows and no further page, then it says that there is nothing', async () => {
  hasMore.set(false);
  const element = await show();
  expect([element.textContent.trim(), element.querySelector('button')]).toEqual(['Nada', null]);
});

test('when there are no rows yet but a further page, then it offers to load it instead', async () => {
  hasMore.set(true);
  const element = await show();
  expect(element.textContent).not.toContain('Nada');
  const button = element.querySelector('button');
  expect(button?.textContent.trim()).toBe('Cargar más');
  button?.click();
  expect(loadMore).toHaveBeenCalledOnce();
});
