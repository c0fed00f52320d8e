import { inject, Injectable, Injector } from '@angular/core';
import type { MatSnackBarConfig } from '@angular/material/snack-bar';
import { TranslocoService } from '@jsverse/transloco';
import { ApiError } from '@medisupply/api-client/api-client';

/** A short message about something that succeeded. Failures are shown near their cause: `ms-error-state`. */
@Injectable({ providedIn: 'root' })
export class Toast {
  readonly #injector = inject(Injector);
  readonly #transloco = inject(TranslocoService);

  /** `text` is already translated. */
  say(text: string): void {
    void this.#show(text, { duration: 5_000 });
  }

  /** For failures whose cause is no longer in view. */
  failed(error: unknown): void {
    const answered = !(error instanceof ApiError) || error.status !== 0;
    const text = error instanceof Error && answered ? error.message : undefined;
    void this.#show(text ?? this.#transloco.translate<string>('ui.sin_respuesta'), {
      duration: 10_000,
      politeness: 'assertive',
    });
  }

  async #show(text: string, config: MatSnackBarConfig): Promise<void> {
    const { MatSnackBar } = await import('@angular/material/snack-bar');
    this.#injector.get(MatSnackBar).open(text, this.#transloco.translate<string>('ui.cerrar'), config);
  }
}
