import { Injectable } from '@angular/core';
import { ApiService } from './api-service';

@Injectable({ providedIn: 'root' })
export class MonitorApi extends ApiService<'monitor'> {
  protected readonly service = 'monitor';
}
