/** Prints the services behind the gateway for `frontend/nginx/start-gateway.sh`, one a line: `path VARIABLE base`. */
import { SERVICES } from '@medisupply/shared/services';

for (const { gateway, variable } of SERVICES) {
  if (gateway) process.stdout.write(`${gateway.path} ${variable} ${gateway.base ?? '-'}\n`);
}
