import { Component, input, resource } from '@angular/core';

/** An address as a QR code; the encoder is only loaded where one is shown. */
@Component({
  selector: 'ms-qr',
  template: `
    @if (picture.value(); as picture) {
      <img [src]="picture" [alt]="alt()" />
    }
  `,
  styles: `
    img {
      display: block;
      width: 8rem;
      aspect-ratio: 1;
      background: #fff;
    }
  `,
})
export class Qr {
  readonly address = input.required<string>();
  readonly alt = input.required<string>();

  protected readonly picture = resource({
    params: () => this.address(),
    loader: async ({ params }) => {
      const { default: encodeQR } = await import('qr');
      return `data:image/svg+xml,${encodeURIComponent(encodeQR(params, 'svg', { ecc: 'medium', border: 2 }))}`;
    },
  });
}
