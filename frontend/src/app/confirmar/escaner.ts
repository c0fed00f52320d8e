import type { ElementRef } from '@angular/core';
import { afterNextRender, Component, DestroyRef, inject, input, signal, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { codeReader } from './code-reader';

/** Between two looks (ms). */
const PAUSE = 120;
/** Pixels of the longer side that are looked at: enough for a code that fills a third of the picture. */
const SIDE = 800;

/** The camera, until it has seen a code: a QR, and other codes where the browser reads them. */
@Component({
  selector: 'ms-escaner',
  imports: [TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'confirmar.escaner'">
      @if (failed()) {
        <p role="alert">{{ t('sin_camara') }}</p>
      } @else {
        <video #video autoplay playsinline [muted]="true" [attr.aria-label]="t('imagen')"></video>
        <p class="ms-soft">{{ t('ayuda') }}</p>
      }
      <button msButton="outlined" type="button" (click)="close()()">{{ t('cerrar') }}</button>
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: 0.75rem;
    }

    video {
      width: 100%;
      max-height: 50vh;
      border-radius: 10px;
      background: #000;
      object-fit: cover;
    }
  `,
  host: { class: 'ms-card' },
})
export class Escaner {
  readonly read = input.required<(text: string) => void>();
  readonly close = input.required<() => void>();

  protected readonly failed = signal(false);
  protected readonly video = viewChild<ElementRef<HTMLVideoElement>>('video');
  readonly #stop = new AbortController();

  constructor() {
    inject(DestroyRef).onDestroy(() => this.#stop.abort());
    afterNextRender(() => {
      this.#watch().catch(() => this.failed.set(true));
    });
  }

  async #watch(): Promise<void> {
    const { signal: stop } = this.#stop;
    const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    stop.addEventListener('abort', () => camera.getTracks().forEach((track) => track.stop()));
    if (stop.aborted) return camera.getTracks().forEach((track) => track.stop());
    const video = this.video()!.nativeElement;
    video.srcObject = camera;
    await video.play();
    const readCode = await codeReader();
    const canvas = document.createElement('canvas');
    while (!stop.aborted) {
      const text = await readCode(frameOf(video, canvas));
      if (stop.aborted) return;
      if (text) return this.read()(text);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

function frameOf(video: HTMLVideoElement, canvas: HTMLCanvasElement): HTMLCanvasElement {
  const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
  canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
  canvas.getContext('2d', { willReadFrequently: true })?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}
