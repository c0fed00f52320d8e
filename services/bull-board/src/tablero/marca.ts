import type { RequestHandler } from 'express';

const LANGUAGES = {
  es: { lng: 'es-ES', logout: 'Cerrar sesión' },
  en: { lng: 'en-GB', logout: 'Sign out' },
} as const;

/** What the library's page asks of a foreign host: fonts, for which the system's own are as good. */
const FOREIGN = /<link href="https:[^>]*>\s*/g;
const CONFIG = /(<script id="__UI_CONFIG__"[^>]*>)([\s\S]*?)(<\/script>)/;

/** The board's page in the language of whoever looks, in our colours, asking nothing of foreign hosts. */
export const brandPage: RequestHandler = (request, response, next) => {
  const language = LANGUAGES[request.acceptsLanguages('es', 'en') === 'en' ? 'en' : 'es'];
  const send = response.send.bind(response);
  response.send = (body: unknown) =>
    send(typeof body === 'string' && body.startsWith('<!DOCTYPE') ? branded(body, language) : body);
  next();
};

type Language = (typeof LANGUAGES)[keyof typeof LANGUAGES];

function branded(page: string, { lng, logout }: Language): string {
  return page
    .replaceAll(FOREIGN, '')
    .replace('<html lang="en"', `<html lang="${lng}"`)
    .replace('</head>', '<link href="marca.css" rel="stylesheet"></head>')
    .replace(CONFIG, (_all, open: string, config: string, close: string) => {
      const own = { locale: { lng }, miscLinks: [{ text: logout, url: '/logout' }] };
      return `${open}${JSON.stringify({ ...JSON.parse(config), ...own }).replaceAll('<', String.raw`\u003c`)}${close}`;
    });
}

/** As in the web application (`_theme.scss`), whose logo it is, too. */
export const BRAND_STYLE = `:root { --font-sans: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  --font-mono: ui-monospace, SFMono-Regular, Menlo, monospace; --primary: #0f766e; --primary-foreground: #fff; }
.dark-mode { --primary: #5eead4; --primary-foreground: #04211e; }
`;

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 44"><rect width="44" height="44" rx="10" fill="#0f766e"/>
<path d="M22 9v26M9 22h26" stroke="#fff" stroke-width="7" stroke-linecap="round"/>
<path d="M27 31l4 4 8-9" fill="none" stroke="#99f6e4" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

export const LOGO_URL = `data:image/svg+xml,${encodeURIComponent(LOGO)}`;
