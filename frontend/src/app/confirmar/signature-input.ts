import type { ElementRef } from '@angular/core';
import { afterRenderEffect, Component, computed, model, signal, viewChild } from '@angular/core';
import type { FormValueControl } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import SignaturePad from 'signature_pad';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { Icon } from '../ui/icon';
import { signatureSvg, svgDataUrl } from './signature-svg';

let inputs = 0;

/**
 * The signature of who receives: drawn with a finger or a mouse, or written, for who cannot draw. Its value is a picture
 * (the data URL of an SVG) or the written name; empty while there is none.
 */
@Component({
  selector: 'ms-signature-input',
  imports: [Icon, TranslocoDirective],
  templateUrl: './signature-input.html',
  styleUrl: './signature-input.scss',
})
export class SignatureInput implements FormValueControl<string> {
  protected readonly limite = LIMITES.nombre_recibe;
  readonly value = model('');
  readonly touched = model(false);

  protected readonly id = `ms-signature-${(inputs += 1)}`;
  protected readonly mode = signal<'draw' | 'write'>('draw');
  protected readonly strokeCount = signal(0);
  protected readonly isEmpty = computed(() => this.value() === '');
  protected readonly canvas = viewChild<ElementRef<HTMLCanvasElement>>('canvas');
  protected readonly modes = viewChild<ElementRef<HTMLElement>>('modes');
  #pad: SignaturePad | undefined;

  constructor() {
    afterRenderEffect((onCleanup) => {
      const canvas = this.canvas()?.nativeElement;
      if (!canvas) return;
      const pad = (this.#pad = new SignaturePad(canvas, {
        penColor: inkOf(canvas),
        minWidth: 0.9,
        maxWidth: 2.6,
      }));
      pad.addEventListener('endStroke', () => this.#take());
      // Called at once, and again when a phone is turned.
      const observer = new ResizeObserver(() => fit(canvas, pad));
      observer.observe(canvas);
      onCleanup(() => {
        observer.disconnect();
        pad.off();
        this.#pad = undefined;
      });
    });
  }

  /** Of the form, when the signature is missing. */
  focus(): void {
    this.modes()?.nativeElement.querySelector<HTMLElement>(':checked')?.focus();
  }

  protected use(mode: 'draw' | 'write'): void {
    if (mode === this.mode()) return;
    this.mode.set(mode);
    this.strokeCount.set(0);
    this.value.set('');
  }

  protected write(name: string): void {
    this.value.set(name);
  }

  protected undo(): void {
    this.#pad?.fromData(this.#pad.toData().slice(0, -1));
    this.#take();
  }

  protected clear(): void {
    this.#pad?.clear();
    this.#take();
  }

  #take(): void {
    const strokes = this.#pad?.toData().map(({ points }) => points) ?? [];
    this.strokeCount.set(strokes.length);
    const canvas = this.canvas()?.nativeElement;
    this.value.set(strokes.length > 0 && canvas ? svgDataUrl(signatureSvg(strokes, inkOf(canvas))) : '');
    this.touched.set(true);
  }
}

const inkOf = (canvas: HTMLCanvasElement): string => getComputedStyle(canvas).color;

/** As many pixels as the screen has, so that the line is sharp; what was drawn stays, smaller when it has less room. */
function fit(canvas: HTMLCanvasElement, pad: SignaturePad): void {
  // Hidden: it is fitted when it is seen again.
  if (canvas.offsetWidth === 0) return;
  const ratio = window.devicePixelRatio;
  const widthBefore = canvas.width / ratio;
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext('2d')?.scale(ratio, ratio);
  const shrink = Math.min(1, canvas.offsetWidth / widthBefore);
  pad.fromData(
    pad.toData().map((stroke) => ({
      ...stroke,
      points: stroke.points.map((point) => ({ ...point, x: point.x * shrink, y: point.y * shrink })),
    })),
  );
}
