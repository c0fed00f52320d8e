/** `npm run inspect`: see `--help`. The command itself lives in the worker, so that its container has it, too. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInspect } from '@medisupply/worker/operator/inspect';
import { processTerminal } from '@medisupply/worker/operator/terminal';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
if (existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await runInspect(process.argv.slice(2), processTerminal(process.env));
