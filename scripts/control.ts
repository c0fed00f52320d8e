/** `npm run control`: see `--help`. The command itself lives in the worker, so that its container has it, too. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runControl } from '@medisupply/worker/operator/control';
import { processTerminal } from '@medisupply/worker/operator/terminal';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
if (existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await runControl(process.argv.slice(2), processTerminal(process.env));
