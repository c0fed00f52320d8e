/** A courier's browser: a profile on the disk, a service worker, a network that goes away, and an end by SIGKILL. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { until } from '@medisupply/shared/testing/until';
import type { BrowserContext, Cookie, Page, ViewportSize } from 'playwright-core';
import { chromium } from 'playwright-core';
import { expect } from 'vitest';
import { processesOf } from '../launcher/launch.ts';
import { chromiumPath, FLAGS } from './browser.ts';

/** What lies between a browser and the front door: a service worker's requests pass it as well. */
export interface Network {
  url: string;
  cut(): Promise<void>;
  restore(): Promise<void>;
}

export async function networkTo(platform: string): Promise<Network> {
  const { protocol, port: doorPort } = new URL(platform);
  const port = await freePort();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const door = connect(Number(doorPort), 'localhost');
    for (const socket of [client, door]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => (sockets.delete(socket), client.destroy(), door.destroy()));
    }
    client.pipe(door).pipe(client);
  });
  const restore = async () => {
    server.listen(port, 'localhost');
    await once(server, 'listening');
  };
  await restore();
  return {
    url: `${protocol}//localhost:${port}`,
    restore,
    async cut() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export interface PhoneOptions {
  network: Network;
  viewport: ViewportSize;
  idioma: 'es' | 'en';
}

export class Phone {
  readonly profile = mkdtempSync(join(tmpdir(), 'medisupply-phone-'));
  readonly network: Network;
  readonly #options: PhoneOptions;
  #context: BrowserContext | undefined;
  #cookies: Cookie[] = [];

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.network = options.network;
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error('the browser is not open');
    return this.#context;
  }

  async open(): Promise<Page> {
    const { viewport, idioma, network } = this.#options;
    this.#context = await chromium.launchPersistentContext(this.profile, {
      executablePath: chromiumPath(),
      args: FLAGS,
      baseURL: network.url,
      locale: idioma === 'es' ? 'es-CO' : 'en-US',
      viewport,
      reducedMotion: 'reduce',
      ignoreHTTPSErrors: true,
    });
    this.#context.setDefaultTimeout(20_000);
    // Chromium writes cookies half a minute late; a killed one would have lost the session.
    await this.#context.addCookies(this.#cookies);
    if (idioma === 'en') {
      await this.#context.addInitScript(`localStorage.setItem('medisupply.idioma', 'en')`);
    }
    return this.#context.pages()[0] ?? this.#context.newPage();
  }

  /** Without a word to the page, as a system that needs memory ends it. */
  async kill(): Promise<void> {
    this.#cookies = await this.context.cookies();
    const gone = new Promise((resolve) => this.context.once('close', resolve));
    for (const { pid } of processesOf(this.profile)) process.kill(pid, 'SIGKILL');
    await gone;
    await until(() => processesOf(this.profile).length === 0, 10_000);
    this.#context = undefined;
  }

  async remove(): Promise<void> {
    await this.#context?.close();
    await this.network.cut();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

/** Until the service worker has all that it fetches ahead, as `ngsw.json` lists it. */
export async function installed(page: Page): Promise<void> {
  const missing = () =>
    page.evaluate<unknown>(`(async () => {
      const { assetGroups } = await (await fetch('/ngsw.json')).json();
      const { urls } = assetGroups[0];
      const kept = await Promise.all(urls.map((url) => caches.match(url)));
      return urls.filter((url, index) => !kept[index]);
    })()`);
  await expect.poll(missing, { timeout: 30_000, interval: 200 }).toEqual([]);
}
