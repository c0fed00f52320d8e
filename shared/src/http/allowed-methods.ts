import type { Express } from 'express';
import { AppError } from './app-error.ts';

/** What else is asked of a path, behind its routes: OPTIONS names its methods, and so does the 405 of any other one. */
export function allowOnly(app: Express, path: string, methods: readonly string[]): void {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  app.all(path, (request, response) => {
    response.set('Allow', allow);
    if (request.method === 'OPTIONS') {
      response.status(200).end();
      return;
    }
    throw new AppError('metodo-no-permitido', 405, `${request.method} no está permitido; use ${allow}`);
  });
}
