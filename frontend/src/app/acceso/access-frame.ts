import { Component } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Brand } from '../layout/brand';
import { LanguageButton } from '../layout/language-button';
import { ThemeButton } from '../layout/theme-button';

/** The frame of the pages before the login: the product on one side, the form on the other. */
@Component({
  selector: 'ms-access-frame',
  imports: [Brand, LanguageButton, RouterOutlet, ThemeButton, TranslocoDirective],
  templateUrl: './access-frame.html',
  styleUrl: './access-frame.scss',
})
export class AccessFrame {}
