import { inject, Injectable } from '@angular/core';
import { Title } from '@angular/platform-browser';
import type { RouterStateSnapshot } from '@angular/router';
import { TitleStrategy } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';
import type { Subscription } from 'rxjs';

/** A route's `title` is a key of the core texts; the title follows the language. */
@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  readonly #transloco = inject(TranslocoService);
  readonly #title = inject(Title);
  #following: Subscription | undefined;

  override updateTitle(state: RouterStateSnapshot): void {
    this.#following?.unsubscribe();
    const key = this.buildTitle(state);
    if (key === undefined) return this.#title.setTitle('MediSupply');
    this.#following = this.#transloco
      .selectTranslate<string>(key)
      .subscribe((title) => this.#title.setTitle(`${title} · MediSupply`));
  }
}
