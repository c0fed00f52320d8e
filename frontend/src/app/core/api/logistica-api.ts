import { Injectable } from '@angular/core';
import { ApiService } from './api-service';

@Injectable({ providedIn: 'root' })
export class LogisticaApi extends ApiService<'logistica'> {
  protected readonly service = 'logistica';
}
