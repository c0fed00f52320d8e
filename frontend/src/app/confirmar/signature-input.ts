import type { ElementRef } from '@angular/core';
import {
  afterRenderEffect,
  Component,
  computed,
  effect,
  model,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { FormValueControl } from '@angular/forms/signals';
import { TranslocoDirective } from '@jsverse/transloco';
import SignaturePad from 'signature_pad';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { Icon } from '../ui/icon';
import type { Point } from './signature-svg';
import { signatureSvg, strokesOf, svgDataUrl } from './signature-svg';

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
  readonly #pad = signal<SignaturePad | undefined>(undefined);
  /** What this has made of the strokes; another value comes from outside. */
  #taken = '';

  constructor() {
    afterRenderEffect((onCleanup) => {
      const canvas = this.canvas()?.nativeElement;
      if (!canvas) return;
      const pad = new SignaturePad(canvas, { penColor: inkOf(canvas), minWidth: 0.9, maxWidth: 2.6 });
      fit(canvas, pad);
      this.#pad.set(pad);
      pad.addEventListener('endStroke', () => this.#take());
      // Again when a phone is turned.
      const observer = new ResizeObserver(() => fit(canvas, pad));
      observer.observe(canvas);
      onCleanup(() => {
        observer.disconnect();
        pad.off();
        this.#pad.set(undefined);
      });
    });
    effect(() => {
      const pad = this.#pad();
      const value = this.value();
      if (pad && value !== this.#taken) untracked(() => this.#show(value, pad));
    });
  }

  /** Of an earlier visit, or empty for another delivery. */
  #show(value: string, pad: SignaturePad): void {
    const strokes = strokesOf(value);
    if (value !== '' && strokes.length === 0) return this.mode.set('write');
    this.#taken = value;
    pad.fromData(strokes.map((points) => strokeOf(points, pad)));
    this.strokeCount.set(strokes.length);
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
    const pad = this.#pad();
    pad?.fromData(pad.toData().slice(0, -1));
    this.#take();
  }

  protected clear(): void {
    this.#pad()?.clear();
    this.#take();
  }

  #take(): void {
    const strokes =
      this.#pad()
        ?.toData()
        .map(({ points }) => points) ?? [];
    this.strokeCount.set(strokes.length);
    const canvas = this.canvas()?.nativeElement;
    this.#taken = strokes.length > 0 && canvas ? svgDataUrl(signatureSvg(strokes, inkOf(canvas))) : '';
    this.value.set(this.#taken);
    this.touched.set(true);
  }
}

const strokeOf = (points: readonly Point[], pad: SignaturePad) => ({
  penColor: pad.penColor,
  minWidth: pad.minWidth,
  maxWidth: pad.maxWidth,
  dotSize: pad.dotSize,
  velocityFilterWeight: pad.velocityFilterWeight,
  compositeOperation: pad.compositeOperation,
  points: points.map(({ x, y }, index) => ({ x, y, pressure: 0.5, time: index * 16 })),
});

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
