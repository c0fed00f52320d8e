import { join } from 'node:path';
import { check, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { newServiceOf } from '../../scripts/services/service-names.ts';
import {
  addToSlots,
  hasSlots,
  readText,
  removeFromSlots,
  slotFilesIn,
} from '../../scripts/services/slots.ts';
import { ROOT } from '../launcher/launch.ts';

const COMPOSE = `services:
  m-monitor:
    image: medisupply

  # <new-service>
  # m-<name>:
  #   image: medisupply
  #   environment:
  #     <VARIABLE>_PORT: <port>
  #
  # </new-service>

volumes:
  secrets_monitor:
  # <new-service>
  # secrets_<name>:
  # </new-service>
`;

const WITH_SERVICE = `services:
  m-monitor:
    image: medisupply

  m-mi-servicio:
    image: medisupply
    environment:
      MI_SERVICIO_PORT: 5005

  # <new-service>
  # m-<name>:
  #   image: medisupply
  #   environment:
  #     <VARIABLE>_PORT: <port>
  #
  # </new-service>

volumes:
  secrets_monitor:
  secrets_mi-servicio:
  # <new-service>
  # secrets_<name>:
  # </new-service>
`;

const service = newServiceOf('mi-servicio', 5005);

test('when a service is added, then each slot has its piece above it, with its names', () => {
  expect(addToSlots(COMPOSE, service)).toBe(WITH_SERVICE);
});

test('when it is removed, then the text is as before, also with another one beside it', () => {
  const other = newServiceOf('otro', 5006);
  const both = addToSlots(WITH_SERVICE, other);
  expect(removeFromSlots(removeFromSlots(both, service), other)).toBe(COMPOSE);
});

test('when the piece was changed by hand, then it stays', () => {
  const changed = WITH_SERVICE.replace('MI_SERVICIO_PORT: 5005', 'MI_SERVICIO_PORT: 6000');
  expect(removeFromSlots(changed, service)).toContain('MI_SERVICIO_PORT: 6000');
});

test('when a text has no slot, then nothing is added to it', () => {
  const text = 'services:\n  m-monitor:\n';
  expect(hasSlots(text)).toBe(false);
  expect(addToSlots(text, service)).toBe(text);
});

test('when the name is as long as can be, then what the slots add needs no other format', async () => {
  const long = newServiceOf('a'.repeat(32), 5005);
  const options = { ...(await resolveConfig(join(ROOT, 'docker-compose.yml'))), parser: 'yaml' };
  const files = slotFilesIn(ROOT);
  expect(files.length).toBeGreaterThan(8);
  for (const file of files)
    expect([file, await check(addToSlots(readText(ROOT, file), long), options)]).toEqual([file, true]);
});
