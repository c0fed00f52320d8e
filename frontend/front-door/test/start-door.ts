import type { Server } from 'node:http';
import pino from 'pino';
import { listen } from '@medisupply/shared/lifecycle/run-process';
import { tlsFiles } from '@medisupply/shared/lifecycle/tls';
import { portOf } from '../../../tests/gateway/upstream.ts';
import type { FrontDoor } from '../src/app.ts';
import { buildApp } from '../src/app.ts';
import { frontDoorConfig } from '../src/config.ts';

export interface RunningDoor {
  url: string;
  port: number;
  door: FrontDoor;
  server: Server;
}

/** The front door on a free port, configured by environment keys. */
export async function startDoor(env: Readonly<Record<string, string>>): Promise<RunningDoor> {
  const config = frontDoorConfig(env);
  const tls = tlsFiles(config);
  const door = buildApp({
    config,
    logger: pino({ level: 'silent' }),
    isStopping: () => false,
  });
  const server = await listen(door.app, 0, '127.0.0.1', 'GATEWAY_PORT', tls);
  const port = portOf(server);
  return { url: `http://127.0.0.1:${port}`, port, door, server };
}
