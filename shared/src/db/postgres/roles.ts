import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface MadeRole {
  owner: string;
  /** With the role and its password. */
  url: URL;
}

/**
 * Makes a role for each owner that has its schema and reaches nothing else, or gives the one that is there a new password.
 * Schemas and tables that are there become its own. All or nothing.
 */
export async function makeRoles(admin: URL, owners: readonly string[]): Promise<MadeRole[]> {
  const client = new Client({ connectionString: admin.href, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query('begin');
    const made: MadeRole[] = [];
    for (const owner of owners) made.push(await makeRole(client, admin, owner));
    await client.query('commit');
    return made;
  } finally {
    await client.end();
  }
}

async function makeRole(client: Client, admin: URL, owner: string): Promise<MadeRole> {
  const schema = owner.replaceAll('-', '_');
  const role = `medisupply_${schema}`;
  const password = randomBytes(24).toString('base64url');
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  await client.query(
    `${rowCount ? 'alter' : 'create'} role ${role} login nosuperuser nocreatedb nocreaterole password '${password}'`,
  );
  // To give it what is there, one has to be one of it; a superuser is anyway.
  await client.query(`grant ${role} to current_user`);
  await client.query(`create schema if not exists ${schema}`);
  await client.query(`alter schema ${schema} owner to ${role}`);
  await client.query(`revoke all on schema ${schema} from public`);
  const tables = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1`,
    [schema],
  );
  for (const { name } of tables.rows) await client.query(`alter table ${name} owner to ${role}`);
  const url = new URL(admin);
  url.username = role;
  url.password = password;
  return { owner, url };
}
