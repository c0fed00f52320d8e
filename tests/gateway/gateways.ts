/**
 * Both gateways, the front door of `npm start` and the Nginx of compose, on free ports: what a client sees of them is the
 * same, so the tests here are run against each.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startDoor } from '../../frontend/front-door/test/start-door.ts';
import type { Environment, Gateway, Started } from './start-nginx.ts';
import { startNginx } from './start-nginx.ts';
import { stop } from './upstream.ts';

export const GATEWAYS = ['front door', 'Nginx'] as const;
export type GatewayKind = (typeof GATEWAYS)[number];

/** Starts gateways that end with the test file. */
export function useGateways(): (kind: GatewayKind, env?: Environment) => Promise<Gateway> {
  const ends: (() => Promise<void>)[] = [];
  const pages = mkdtempSync(join(tmpdir(), 'medisupply-pages-'));
  writeFileSync(join(pages, 'index.html'), '<!doctype html><title>MediSupply</title>');
  afterAll(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
    rmSync(pages, { recursive: true });
  });
  return async (kind, env = {}) => {
    const { gateway, end } = await (kind === 'Nginx' ? startNginx : startFrontDoor)({
      FRONTEND_DIR: pages,
      ...env,
    });
    ends.push(end);
    return gateway;
  };
}

async function startFrontDoor(env: Environment): Promise<Started> {
  const { url, port, door, server } = await startDoor(env);
  return {
    gateway: { url, port, servicePorts: {} },
    async end() {
      await stop(server);
      door.close();
    },
  };
}
