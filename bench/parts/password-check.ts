/** A password verified as often as the cores allow. `password-check.ts PASSWORD`; asked for how many seconds, it answers the rate. */
import { availableParallelism } from 'node:os';
import { createContrasenas } from '@medisupply/autorizador/usuarios/contrasenas';

const contrasena = process.argv[2] ?? '';
const contrasenas = createContrasenas({ pepper: 'techo' });

async function verifying(seconds: number): Promise<{ perSecond: number; cpu: number }> {
  const hash = await contrasenas.hash(contrasena);
  const cpu = process.cpuUsage();
  const started = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      while (performance.now() - started < seconds * 1_000) {
        await contrasenas.verify(hash, contrasena);
        done += 1;
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (done * 1_000) / (performance.now() - started),
    cpu: (user + system) / 1_000 / done,
  };
}

process.on('message', (seconds: number) => {
  void verifying(seconds).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
