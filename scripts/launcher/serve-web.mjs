/** `ng serve` of the Angular app, in a process that ends with the launcher: `node serve-web.mjs --port=4201` */
import { fileURLToPath } from 'node:url';

const fromHere = (path) => new URL(path, import.meta.url);

process.on('disconnect', () => process.exit());
process.chdir(fileURLToPath(fromHere('../../frontend')));
process.argv.splice(2, 0, 'serve');
await import(fromHere('../../node_modules/@angular/cli/bin/ng.js').href);
