import { AppError } from '../http/app-error.ts';

/** Another process kept the database locked: nothing happened, and it says nothing about what was to be written. */
export class DatabaseBusy extends AppError {
  constructor() {
    super('no-disponible', 503, 'La base de datos está ocupada; inténtelo de nuevo', {
      headers: { 'Retry-After': '2' },
    });
  }
}

/** Another connection has what this one needs. */
export function isBusy(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}
