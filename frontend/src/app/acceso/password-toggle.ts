import { Component, computed, signal } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Icon } from '../ui/icon';

/** Shows the password beside it while it is typed: `<input msInput [type]="toggle.type()" /><ms-password-toggle #toggle />`. */
@Component({
  selector: 'ms-password-toggle',
  imports: [Icon, TranslocoPipe],
  template: `
    @let name = (visible() ? 'acceso.ocultar' : 'acceso.mostrar') | transloco;
    <button
      msIconButton
      type="button"
      [attr.aria-label]="name"
      [attr.aria-pressed]="visible()"
      [title]="name"
      (click)="visible.set(!visible())"
    >
      <ms-icon [name]="visible() ? 'eye-off' : 'eye'" />
    </button>
  `,
  styles: `
    :host {
      position: absolute;
      right: 0.1rem;
    }
  `,
})
export class PasswordToggle {
  protected readonly visible = signal(false);
  readonly type = computed(() => (this.visible() ? 'text' : 'password'));
}
