import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { LogisticaOperations } from '@medisupply/api-client/operations';
import { Actor } from '../ui/actor';
import { EntregaItems } from '../ui/entrega-items';
import { Icon } from '../ui/icon';
import { MapLink } from '../ui/map-link';
import { Time } from '../ui/time';
import { EntregaFoto } from './entrega-foto';
import { pictureOf } from './signature-picture';

/** What is stored of a delivery, in clear: where it goes, what it carries, who received it and how they signed. */
@Component({
  selector: 'ms-entrega-data',
  imports: [Actor, EntregaFoto, EntregaItems, Icon, MapLink, Time, TranslocoDirective],
  templateUrl: './entrega-data.html',
  styleUrl: './entrega-data.scss',
})
export class EntregaData {
  readonly entrega = input.required<LogisticaOperations['GET /entrega/:id']['answer']>();

  protected readonly picture = computed(() => pictureOf(this.entrega().firma_recibe ?? ''));
}
