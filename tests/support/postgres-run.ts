import { startPostgres } from '@medisupply/shared/testing/postgres-server';

/** One server for all tests of the run, which make databases of their own on it. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startPostgres();
  process.env['TEST_POSTGRES'] = server.urlOf('postgres');
  return () => server.stop();
}
