import { Injectable } from '@angular/core';
import { ApiService } from './api-service';

@Injectable({ providedIn: 'root' })
export class AutorizadorApi extends ApiService<'autorizador'> {
  protected readonly service = 'autorizador';
}
