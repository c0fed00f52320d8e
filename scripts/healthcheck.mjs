/** `node scripts/healthcheck.mjs <port>`: exit code 0 when the process in this container is ready. */
import { get } from 'node:http';

const [port] = process.argv.slice(2);
get({ host: '127.0.0.1', port, path: '/readyz', timeout: 4_000 }, (answer) => {
  process.exitCode = answer.statusCode === 200 ? 0 : 1;
  answer.resume();
})
  .on('timeout', function end() {
    this.destroy(new Error('no responde'));
  })
  .on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
