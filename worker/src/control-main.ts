/** `npm run control` inside the worker's container: `node worker/src/control-main.ts --help`. */
import { runControl } from './operator/control.ts';
import { processTerminal } from './operator/terminal.ts';

process.exitCode = await runControl(process.argv.slice(2), processTerminal(process.env));
