import { inject, Injectable } from '@angular/core';
import { MatSnackBar } from '@angular/material/snack-bar';
import { ApiError } from '@medisupply/api-client/api-client';
import { TranslocoService } from '@jsverse/transloco';

/** A short message about something that succeeded. Failures are shown near their cause: `ms-error-state`. */
@Injectable({ providedIn: 'root' })
export class Toast {
  readonly #snackBar = inject(MatSnackBar);
  readonly #transloco = inject(TranslocoService);

  /** `text` is already translated. */
  say(text: string): void {
    this.#snackBar.open(text, this.#transloco.translate<string>('ui.cerrar'), { duration: 5_000 });
  }

  /** For failures whose cause is no longer in view. */
  failed(error: unknown): void {
    const answered = !(error instanceof ApiError) || error.status !== 0;
    const text = error instanceof Error && answered ? error.message : undefined;
    this.#snackBar.open(
      text ?? this.#transloco.translate<string>('ui.sin_respuesta'),
      this.#transloco.translate<string>('ui.cerrar'),
      { duration: 10_000, politeness: 'assertive' },
    );
  }
}
