import { AppError } from '../http/app-error.ts';

/**
 * The database cannot be had now, as another process keeps it locked or its server is away. It says nothing about what
 * was to be written.
 */
export class DatabaseBusy extends AppError {
  constructor(message = 'La base de datos está ocupada; inténtelo de nuevo', cause?: unknown) {
    super('no-disponible', 503, message, { headers: { 'Retry-After': '2' }, cause });
  }
}
