import { Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Sesion } from '../core/auth/sesion';
import { ErrorState } from '../ui/error-state';
import { Icon } from '../ui/icon';
import { NoPermission } from '../ui/no-permission';
import { PageHeader } from '../ui/page-header';
import { Skeleton } from '../ui/skeleton';
import { ActividadPanel } from './actividad-panel';
import { ColasPanel } from './colas-panel';
import { EstadoVivo } from './estado-vivo';
import { FaultsBanner } from './faults-banner';
import { Figures } from './figures';
import { LogisticaPanel } from './logistica-panel';
import { RedisPanel } from './redis-panel';
import { ServiciosPanel } from './servicios-panel';
import { Verdict } from './verdict';
import { WorkersPanel } from './workers-panel';

/** The operator's page: whether the platform is healthy, what is stuck, what the workers do; then each part. */
@Component({
  selector: 'ms-monitor-page',
  imports: [
    ActividadPanel,
    ColasPanel,
    ErrorState,
    FaultsBanner,
    Figures,
    Icon,
    LogisticaPanel,
    NoPermission,
    PageHeader,
    RedisPanel,
    ServiciosPanel,
    Skeleton,
    TranslocoDirective,
    Verdict,
    WorkersPanel,
  ],
  templateUrl: './monitor-page.html',
  styleUrl: './monitor-page.scss',
  providers: [EstadoVivo],
})
export class MonitorPage {
  protected readonly vivo = inject(EstadoVivo);
  protected readonly isAdmin = inject(Sesion).hasRole('Admin');
}
