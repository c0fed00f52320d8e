/** The pages of the login: no script, one style that the Content-Security-Policy names by its hash. */
import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { escapeHtml } from '@medisupply/shared/http/escape-html';

const STYLE = `
:root { color-scheme: light dark; --fondo: #eef2f6; --tarjeta: #fff; --texto: #17212b; --suave: #566473;
  --borde: #c8d1db; --campo: #fff; --acento: #0b6bcb; --acento-texto: #fff; --error-fondo: #fdeceb; --error: #a3211a; }
@media (prefers-color-scheme: dark) { :root { --fondo: #10161d; --tarjeta: #1a222c; --texto: #e8edf2;
  --suave: #9fadbb; --borde: #3b4856; --campo: #121920; --acento: #5aa9f5; --acento-texto: #08182a;
  --error-fondo: #3a1c1b; --error: #ffb4ac; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--fondo);
  color: var(--texto); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 24rem; background: var(--tarjeta); border: 1px solid var(--borde);
  border-radius: 14px; padding: 2rem; box-shadow: 0 10px 30px rgb(0 0 0 / .08); }
.marca { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.5rem; font-weight: 600; color: var(--suave); }
.marca svg { width: 1.75rem; height: 1.75rem; fill: var(--acento); }
h1 { margin: 0 0 .35rem; font-size: 1.4rem; line-height: 1.25; }
p { margin: 0 0 1.25rem; color: var(--suave); }
label { display: block; margin: 0 0 .3rem; font-weight: 600; font-size: .92rem; }
input { width: 100%; margin: 0 0 1rem; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--campo);
  border: 1px solid var(--borde); border-radius: 8px; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--acento); outline-offset: 2px; }
button { width: 100%; margin-top: .25rem; padding: .7rem 1rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--acento-texto); background: var(--acento); border: 0; border-radius: 8px; }
button:hover { filter: brightness(1.08); }
.error { margin: 0 0 1.25rem; padding: .7rem .85rem; border-radius: 8px; color: var(--error); background: var(--error-fondo); }
.volver { display: block; margin-top: 1rem; text-align: center; color: var(--acento); }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface PaginaDeAcceso {
  /** Why the login is shown again. */
  error?: string;
  /** Filled in again. */
  nombre?: string;
}

export function sendLoginPage(response: Response, status: number, page: PaginaDeAcceso = {}): void {
  const error = page.error ? `<div class="error" role="alert">${escapeHtml(page.error)}</div>` : '';
  send(
    response,
    status,
    'Iniciar sesión',
    `<h1>Colas de trabajo</h1>
<p>Entre con una cuenta de administrador.</p>
${error}
<form method="post" action="/login">
<label for="nombre">Usuario</label>
<input id="nombre" name="nombre" autocomplete="username" maxlength="${LIMITES.nombre_usuario.maximo}" required autofocus value="${escapeHtml(page.nombre ?? '')}">
<label for="contrasena">Contraseña</label>
<input id="contrasena" name="contrasena" type="password" autocomplete="current-password" maxlength="${LIMITES.contrasena.maximo}" required>
<button type="submit">Entrar</button>
</form>`,
  );
}

export function sendLogoutPage(response: Response, nombre: string): void {
  send(
    response,
    200,
    'Cerrar sesión',
    `<h1>¿Cerrar la sesión?</h1>
<p>Ha entrado como ${escapeHtml(nombre)}.</p>
<form method="post" action="/logout"><button type="submit">Cerrar sesión</button></form>
<a class="volver" href="/">Volver a las colas</a>`,
  );
}

function send(response: Response, status: number, title: string, content: string): void {
  response
    .status(status)
    .set({
      'Content-Security-Policy': PAGE_POLICY,
      'Cache-Control': 'no-store',
      // With `no-referrer`, browsers hide the origin of the form's own post.
      'Referrer-Policy': 'same-origin',
    })
    .type('html').send(`<!doctype html>
<html lang="es">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${title} · MediSupply</title><style>${STYLE}</style></head>
<body><main>
<div class="marca"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2 3 6v6c0 5 3.8 9.2 9 10 5.2-.8 9-5 9-10V6l-9-4zm4 11h-3v3h-2v-3H8v-2h3V8h2v3h3v2z"/></svg>MediSupply</div>
${content}
</main></body></html>`);
}
