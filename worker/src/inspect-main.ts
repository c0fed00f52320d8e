/** `npm run inspect` inside the worker's container: `node worker/src/inspect-main.ts --help`. */
import { runInspect } from './operator/inspect.ts';
import { processTerminal } from './operator/terminal.ts';

process.exitCode = await runInspect(process.argv.slice(2), processTerminal(process.env));
