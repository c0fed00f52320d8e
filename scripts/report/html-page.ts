/** One HTML page that needs nothing else, in light and dark. */
import { escapeHtml } from '@medisupply/shared/http/escape-html';

/** `body` is HTML, `title` text. */
export const htmlPage = (title: string, body: string): string => `<!doctype html>
<html lang="es"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
${body}
</main></body></html>
`;

/** Entries of a `dl`. */
export const definitions = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(value))}</dd>`)
    .join('');

const STYLE = `:root{color-scheme:light dark;font-family:system-ui,sans-serif;line-height:1.5}
main{max-width:60rem;margin:0 auto;padding:1rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dd{margin:0;overflow-wrap:anywhere}
.si td:first-child,p.si{color:light-dark(#0a6b2d,#6fdc8c)}.no td:first-child,p.no{color:light-dark(#a31515,#ff8389)}
figure{margin:2rem 0}svg{width:100%;height:auto}rect{fill:light-dark(#2b6cb0,#63b3ed)}line{stroke:light-dark(#a31515,#ff8389);stroke-width:2}
text{fill:currentColor;font-size:12px}.nota{border-left:4px solid orange;padding-left:.8rem}.ancho{overflow-x:auto;white-space:nowrap}`;
