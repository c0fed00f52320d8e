/** A real Chromium against the really running platform. */
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import type { ApiClient } from '@medisupply/api-client/api-client';
import { createApiClient } from '@medisupply/api-client/api-client';
import type { AxeResults, RunOptions } from 'axe-core';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page, ViewportSize } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import type { RunningPlatform } from './global-setup.ts';

export const PHONE: ViewportSize = { width: 360, height: 740 };
export const DESKTOP: ViewportSize = { width: 1280, height: 800 };
export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Waiting for something on a page, on a busy machine (ms). */
const PATIENCE = 20_000;

export interface Persona {
  nombre: string;
  contrasena: string;
}

export interface PageOptions {
  theme?: Theme;
  viewport?: ViewportSize;
  /** `navegador-en`: the browser's, not one that was chosen. */
  idioma?: 'es' | 'en' | 'navegador-en';
  /** Also with the viewport of a desktop; a phone has it anyway. */
  touch?: boolean;
  /** Signed in before the page opens, as after an earlier visit. */
  as?: Persona;
}

export interface Web {
  url: string;
  admin: Persona;
  /** A page in a browser profile of its own, closed after the test. Nothing is open in it yet. */
  newPage(options?: PageOptions): Promise<Page>;
  /** A new user with the role `usuario`. */
  newPersona(): Promise<Persona>;
  /** One who sees that there are deliveries which nobody has claimed. */
  newCourier(): Promise<Persona>;
  /** One who hands deliveries to couriers. */
  newDispatcher(): Promise<Persona>;
  /** The API as that user, for what a story does not tell itself. */
  api(persona: Persona): Promise<ApiClient>;
}

/** The one that this file has to itself while it runs: Vitest numbers its workers from 1. */
export function ownPlatform(): RunningPlatform {
  return inject('platforms')[Number(process.env['VITEST_POOL_ID']) - 1]!;
}

/** Call it at the top of a test file; the browser starts before its tests, with `flags` of its own, and ends after them. */
export function useWeb(flags: readonly string[] = []): Web {
  const { url, adminContrasena } = ownPlatform();
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  let browser: Browser;
  let personas = 0;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath(), args: [...FLAGS, ...flags] });
  }, 60_000);

  afterEach(async () => {
    // What no story expects: errors on the console, policy violations, anything asked of another host.
    const found = complaints.splice(0);
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    // What closing cuts off (a part of the application that was being fetched ahead) is no page's fault.
    complaints.length = 0;
    expect(found).toEqual([]);
  });

  afterAll(() => browser.close());

  async function newPage(options: PageOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      baseURL: url,
      locale: options.idioma === 'navegador-en' ? 'en-GB' : 'es-CO',
      colorScheme: options.theme ?? 'light',
      viewport: options.viewport ?? DESKTOP,
      reducedMotion: 'reduce',
      hasTouch: options.touch ?? options.viewport === PHONE,
      // Requests that go through one cannot be held up by a story; tests/web/phone.ts has browsers with theirs.
      serviceWorkers: 'block',
      storageState: { cookies: [], origins: [{ origin: url, localStorage: settingsOf(options) }] },
    });
    contexts.push(context);
    context.setDefaultTimeout(PATIENCE);
    listen(context);
    if (options.as) await signIn(context, options.as);
    return context.newPage();
  }

  function listen(context: BrowserContext): void {
    context.on('console', (message) => {
      // Refusals that a story provokes are answers like any other.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) complaints.push(`console: ${message.text()}`);
    });
    context.on('weberror', (error) => complaints.push(`page: ${String(error.error())}`));
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== url) complaints.push(`request: ${request.url()}`);
    });
  }

  /** The refresh cookie, as a login in this browser leaves it. */
  async function signIn(context: BrowserContext, { nombre, contrasena }: Persona): Promise<void> {
    const answer = await context.request.post('/api/v1/autorizador/login', {
      data: { nombre, contrasena },
      headers: { origin: url, 'sec-fetch-site': 'same-origin' },
    });
    if (!answer.ok()) throw new Error(`login of ${nombre}: ${answer.status()} ${await answer.text()}`);
  }

  async function withRole(web: Web, rol: Rol): Promise<Persona> {
    const persona = await web.newPersona();
    const admin = await web.api(web.admin);
    const { data } = await admin.call('autorizador', 'GET /usuarios', { query: { limite: 200 } });
    const { id } = data.find(({ nombre }) => nombre === persona.nombre)!;
    const body = { roles: ['usuario', rol] satisfies Rol[] };
    await admin.call('autorizador', 'PATCH /usuarios/:id', { params: { id }, body });
    return persona;
  }

  return {
    url,
    admin: { nombre: 'admin', contrasena: adminContrasena },
    newPage,
    async newPersona() {
      personas += 1;
      const persona = {
        nombre: `Persona ${process.pid}.${personas}`,
        contrasena: `tres barcos lentos ${personas}`,
      };
      await createApiClient({ base: url }).call('autorizador', 'POST /signup', { body: persona });
      return persona;
    },
    newCourier() {
      return withRole(this, 'Mensajero');
    },
    newDispatcher() {
      return withRole(this, 'Despacho');
    },
    async api(persona) {
      const anonymous = createApiClient({ base: url });
      const { data } = await anonymous.call('autorizador', 'POST /login', { body: persona });
      return createApiClient({ base: url, token: () => data.token });
    },
  };
}

/** What the app finds in this browser's storage; with a session it also needs the cookie. */
const settingsOf = ({ idioma, as }: PageOptions): { name: string; value: string }[] => [
  ...(idioma === 'en' ? [{ name: 'medisupply.idioma', value: 'en' }] : []),
  ...(as ? [{ name: 'medisupply.sesion', value: '1' }] : []),
];

/** Fills in the login page that is open, and waits until the app is behind it. */
export async function logIn(page: Page, { nombre, contrasena }: Persona): Promise<void> {
  await page.getByLabel('Usuario').fill(nombre);
  await page.getByLabel('Contraseña', { exact: true }).fill(contrasena);
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/acceso'));
}

/** No violation that axe knows, in the page as it is now, in both themes; the light one stays. */
export async function expectAccessible(page: Page): Promise<void> {
  // A notice is hidden from readers for the moment until it is announced; then it is like any other text.
  await page.locator('mat-snack-bar-container div[aria-hidden="true"]').waitFor({ state: 'detached' });
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    const violations = await violationsIn(page);
    const found = violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map((node) => `${node.html}: ${node.failureSummary ?? ''}`),
    }));
    expect({ theme, found }).toEqual({ theme, found: [] });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Nothing but the violations leaves the page: all that is right would be ten times as much. */
async function violationsIn(page: Page): Promise<AxeResults['violations']> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(axe.source);
  // An open menu lies above the landmarks, in none of them.
  const isMenuOpen = (await page.getByRole('menu').count()) > 0;
  const options: RunOptions = {
    resultTypes: ['violations'],
    rules: isMenuOpen ? { region: { enabled: false } } : {},
  };
  return page.evaluate(`axe.run(${JSON.stringify(options)}).then(({ violations }) => violations)`);
}

/**
 * What every page must be, in both themes, on a desktop and on a phone: accessible, within the screen's width, and
 * translated; each of the four is photographed. One load of the page serves all.
 */
export async function expectPresentable(page: Page, name: string): Promise<void> {
  await expectTranslated(page);
  for (const viewport of [DESKTOP, PHONE]) {
    await page.setViewportSize(viewport);
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    for (const theme of process.env['SCREENSHOTS'] ? THEMES : []) {
      await page.emulateMedia({ colorScheme: theme });
      await screenshot(page, `${name}-${theme}${viewport === PHONE ? '-phone' : ''}`);
    }
  }
  await page.setViewportSize(DESKTOP);
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  // A string: this code runs in the page, where the types of Node do not reach.
  const excess = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(excess).toBeLessThanOrEqual(0);
}

/** Texts that were not found show as their keys. */
export async function expectTranslated(page: Page): Promise<void> {
  const text = await page.locator('body').innerText();
  expect(
    text.match(
      /\b(nav|ui|estados|cuenta|eventos|preferencias|marca|acceso|actor|asignacion|confirmar|entregas|inventario|tareas|timeline|usuarios)\.[a-z_]+(\.\w+)*/g,
    ),
  ).toBeNull();
}

/** With SCREENSHOTS=folder, saves what is in view (`full` for the whole page) as `name.png`. */
export async function screenshot(page: Page, name: string, options: { full?: boolean } = {}): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: options.full ?? false });
}

/** Chromium as the system's packages install it; `scripts/setup/prepare.mjs` sees to it. */
export function chromiumPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
  const found = names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('Chromium is missing: node scripts/setup/prepare.mjs test');
  return found;
}
