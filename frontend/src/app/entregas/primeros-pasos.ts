import { Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';

/** An empty platform, to its administrator: a first delivery step by step, or sample data. */
@Component({
  selector: 'ms-primeros-pasos',
  imports: [RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'entregas.primeros_pasos'">
      <section class="ms-card" aria-labelledby="primera-entrega">
        <h2 id="primera-entrega">{{ t('titulo') }}</h2>
        <ol>
          <li>{{ t('producto') }}</li>
          <li>{{ t('crear') }}</li>
          <li>{{ t('firmar') }}</li>
          <li>{{ t('ver') }}</li>
        </ol>
        <p class="actions">
          <a msButton="filled" routerLink="/entregas/nueva">{{ t('empezar') }}</a>
          <a msButton="outlined" routerLink="/inventario">{{ t('inventario') }}</a>
        </p>
      </section>
      <section class="ms-card" aria-labelledby="datos-de-muestra">
        <h2 id="datos-de-muestra">{{ t('muestra') }}</h2>
        <p class="ms-soft">{{ t('muestra_texto') }}</p>
        <pre tabindex="0">npm run sample</pre>
        <p class="ms-soft">{{ t('muestra_quitar') }}</p>
        <pre tabindex="0">npm run sample -- --remove</pre>
      </section>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
      align-items: start;
      gap: 1rem;
    }

    ol {
      display: grid;
      gap: 0.5rem;
      margin: 0.75rem 0 1.25rem;
      padding-left: 1.25rem;
    }

    .actions {
      display: flex;
      flex-wrap: wrap;
      gap: 0.5rem;
    }

    pre {
      margin: 0.5rem 0 0.9rem;
      padding: 0.6rem 0.8rem;
      overflow-x: auto;
      border-radius: 8px;
      background: var(--mat-sys-surface-container);
    }
  `,
})
export class PrimerosPasos {}
