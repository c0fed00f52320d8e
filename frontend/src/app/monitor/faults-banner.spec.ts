import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { TranslocoTestingModule } from '@jsverse/transloco';
import { FaultsBanner } from './faults-banner';
import texts from './i18n/es.json';

const process = (proceso: string, FAULT_RATE: number, FAULT_LATENCY_MS: number) => ({
  proceso,
  FAULT_RATE,
  FAULT_LATENCY_MS,
});

@Component({ imports: [FaultsBanner], template: '<ms-faults-banner [fallas]="fallas" />' })
class Page {
  static procesos: ReturnType<typeof process>[] = [];
  protected readonly fallas = { activas: true, procesos: Page.procesos };
}

async function textWith(procesos: ReturnType<typeof process>[]): Promise<string> {
  Page.procesos = procesos;
  localStorage.setItem('medisupply.idioma', 'es');
  TestBed.configureTestingModule({
    imports: [
      TranslocoTestingModule.forRoot({
        langs: { es: { monitor: texts } },
        translocoConfig: { availableLangs: ['es'], defaultLang: 'es' },
      }),
    ],
  });
  const fixture = TestBed.createComponent(Page);
  await fixture.whenStable();
  return (fixture.nativeElement as HTMLElement).textContent.replaceAll(/\s+/g, ' ').trim();
}

test('when faults are injected, then the banner says where and how many', async () => {
  expect(await textWith([process('monitor', 0, 0), process('worker vm-7', 0.125, 40)])).toBe(
    'Hay fallas inyectadas a propósito worker vm-7: falla el 12,5 % de las operaciones, con 40 ms añadidos',
  );
});

test('when none are, then there is no banner', async () => {
  expect(await textWith([process('monitor', 0, 0)])).toBe('');
});
