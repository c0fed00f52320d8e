/** `npm run bench -- --partition N`: what partition.sql does, on N rows, and what each step costs. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Client } from 'pg';
import { numbers } from '@medisupply/shared/db/postgres/pool';
import { startPostgres } from '@medisupply/shared/testing/postgres-server';
import { moveOwners } from '../../scripts/move-data/move-owners.ts';
import { waiting } from '../../scripts/testing/checker.ts';
import { createCourier, deliverMany } from '../../scripts/testing/courier.ts';
import { startOwnPlatform, WITHOUT_RATES } from '../../scripts/testing/own-platform.ts';
import { until } from '@medisupply/shared/testing/until';
import { cp } from 'node:fs/promises';
import { toTable } from '../report/table.ts';
import { databaseOf } from '../rows.ts';
import { fillDatabase, TABLES } from './fill.ts';

/** Events for each delivery with all that belongs to it. */
const EVENTS_PER_DELIVERY = 40;
const PATIENCE = 60_000;
const DAY = 86_400_000;

/** Reads whose plans must stay what they are. */
const HOT: readonly [string, string][] = [
  ['el último', 'select id from evento order by id desc limit 1'],
  [
    'los siguientes',
    'select * from evento e left join tarea t on t.task_id = e.task_id where e.id > :cerca and e.id <= :corte order by e.id limit 100',
  ],
  ['los de una tarea', `select * from evento where task_id = ':tarea' order by id desc limit 500`],
  [
    'firmas rechazadas de un día',
    `select count(*) from evento where tipo = 'firma_rechazada' and momento >= ${DAY} and momento < ${2 * DAY}`,
  ],
];

type Values = Readonly<Record<string, number | string>>;

export async function tryPartitions(rows: number, print: (text: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'medisupply-particiones-'));
  const server = await startPostgres({ durable: true });
  const client = new Client({
    connectionString: server.urlOf('postgres'),
    types: numbers,
    options: '-c search_path=logistica',
  });
  client.on('error', () => undefined);
  try {
    const dataDir = join(folder, 'data');
    await confirmOne(dataDir);
    await moveOwners(dataDir, { url: server.urlOf('postgres'), into: 'postgres' }, () => undefined);
    await client.connect();
    const timed = async (what: string, work: () => Promise<unknown>) => {
      const began = performance.now();
      await work();
      print(`${what}: ${((performance.now() - began) / 1_000).toFixed(2)} s`);
    };
    const deliveries = Math.ceil(rows / EVENTS_PER_DELIVERY);

    const before = await sizesOn(client);
    await timed(`${deliveries} entregas con lo suyo`, () => fill(client, deliveries));
    await client.query('vacuum analyze');
    const after = await sizesOn(client);
    const onSqlite = await sizesOnSqlite(join(folder, 'sqlite'), deliveries);
    print(perDelivery(before, after, onSqlite, deliveries));

    const [{ n }] = (await client.query<{ n: number }>('select count(*) as n from evento')).rows as [
      { n: number },
    ];
    await timed(`evento, hasta ${rows} filas`, () => fillEvents(client, rows - n));
    await client.query('vacuum analyze evento');
    const [{ last, size }] = (
      await client.query<{ last: number; size: number }>(
        "select max(id) as last, pg_total_relation_size('evento') as size from evento",
      )
    ).rows as [{ last: number; size: number }];
    print(`evento: ${last} filas, ${Math.round(size / 2 ** 20)} MiB con sus índices`);

    const corte = last + 1_000;
    const values: Values = { corte, siguiente: corte + rows, antes: Date.now() + DAY, cerca: last - 5_000 };
    await explain(client, values, 'antes', print);
    const step = async (name: string) => {
      for (const [title, statements] of stepsOf(values))
        if (title.startsWith(name))
          await timed(title, async () => {
            for (const statement of statements) await client.query(statement);
          });
    };
    await step('comprobar');
    await step('dividir');
    await timed('2.000 filas más, a los dos lados del límite', () => fillEvents(client, 2_000));
    await client.query('analyze evento');
    await explain(client, values, 'después', print);
    print(await whereTheyLie(client));
    await timed('lo mismo sin particiones: borrar 50.000 filas por id', () =>
      client.query('delete from evento where id <= 50000'),
    );
    await step('separar');
    await step('borrarla');
    for (let batch = 0; batch < 3; batch += 1) await step('retirar');
    await explain(client, values, 'al final', print);
  } finally {
    await client.end().catch(() => undefined);
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is copied is what the platform writes. */
async function confirmOne(dataDir: string): Promise<void> {
  const platform = await startOwnPlatform({ ...WITHOUT_RATES, LOG_LEVEL: 'error' });
  try {
    const courier = await createCourier(platform.base, 'crecimiento');
    await deliverMany(courier, { count: 3, inFlight: 1, label: 'crecimiento' });
    await until(async () => (await waiting(platform.dataDir)) === 0, PATIENCE);
    process.kill(platform.pids().get('launcher')!, 'SIGTERM');
    await until(() => platform.pids().size === 0, PATIENCE);
    await cp(platform.dataDir, dataDir, { recursive: true });
  } finally {
    await platform.close();
  }
}

async function templateOf(client: Client): Promise<{ id: number; task_id: string }> {
  const { rows } = await client.query<{ id: number; task_id: string }>(
    "select e.id, task_id from entrega e join tarea t on entrega_id = e.id where e.estado = 'ENTREGADA' limit 1",
  );
  return rows[0]!;
}

async function fill(client: Client, count: number): Promise<void> {
  const template = await templateOf(client);
  for (const { table } of TABLES) await copyRows(client, table, template, count);
}

/** More events, of deliveries whose other rows are not there. */
async function fillEvents(client: Client, count: number): Promise<void> {
  const template = await templateOf(client);
  const [{ each }] = (
    await client.query<{ each: number }>('select count(*) as each from evento where entrega_id = $1', [
      template.id,
    ])
  ).rows as [{ each: number }];
  const [{ last }] = (await client.query<{ last: number }>('select max(entrega_id) as last from evento'))
    .rows as [{ last: number }];
  await copyRows(client, 'evento', template, Math.ceil(count / each), last);
}

async function copyRows(
  client: Client,
  table: string,
  template: { id: number; task_id: string },
  count: number,
  base = template.id + 10,
): Promise<void> {
  const copied = TABLES.find((each) => each.table === table)!;
  const number = `lpad(to_hex(n.i), 8, '0')`;
  const values: Record<string, string> = {
    [copied.of === 'id' ? 'id' : 'entrega_id']: 'n.i',
    task_id: `case when t.task_id is null then null else '${'0'.repeat(8)}-0000-4000-8000-0000' || ${number} end`,
    pedido_id: `'PED-' || lpad(n.i::text, 10, '0')`,
    // As it comes: in no order.
    jti: `md5(n.i::text)::uuid::text`,
  };
  const columns = await client.query<{ name: string }>(
    `select attname::text as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [`logistica.${table}`],
  );
  const names = columns.rows.map(({ name }) => name).filter((name) => name !== copied.key);
  const wanted = copied.of === 'task_id' ? `'${template.task_id}'` : String(template.id);
  await client.query(`insert into ${table} (${names.join(', ')})
    select ${names.map((name) => values[name] ?? `t.${name}`).join(', ')}
    from generate_series(${base + 1}::bigint, ${base + count}::bigint) n (i)
    cross join (select * from ${table} where ${copied.of} = ${wanted}) t`);
}

type Sizes = ReadonlyMap<string, number>;

async function sizesOn(client: Client): Promise<Sizes> {
  const { rows } = await client.query<{ name: string; size: number }>(
    `select relname::text as name, pg_total_relation_size(oid) as size from pg_class
      where relnamespace = 'logistica'::regnamespace and relkind = 'r'`,
  );
  return new Map(rows.map(({ name, size }) => [name, size]));
}

/** By how much each table grows there for each of as many deliveries. */
async function sizesOnSqlite(dataDir: string, count: number): Promise<Sizes> {
  await confirmOne(dataDir);
  const file = databaseOf(dataDir);
  const sizes = () => {
    const db = new Database(file, { readonly: true });
    const rows = db
      .prepare<[], { name: string; size: number }>(
        'select tbl_name as name, sum(pgsize) as size from dbstat s join sqlite_schema m on m.name = s.name group by 1',
      )
      .all();
    db.close();
    return new Map(rows.map(({ name, size }) => [name, size]));
  };
  const before = sizes();
  await fillDatabase(file, count);
  return new Map([...sizes()].map(([name, size]) => [name, size - (before.get(name) ?? 0)]));
}

function perDelivery(before: Sizes, after: Sizes, onSqlite: Sizes, count: number): string {
  const rows = TABLES.map(({ table }) => [
    ((after.get(table) ?? 0) - (before.get(table) ?? 0)) / count,
    (onSqlite.get(table) ?? 0) / count,
  ]);
  const total = rows.reduce(([a = 0, b = 0], [c = 0, d = 0]) => [a + c, b + d], [0, 0]);
  return toTable([
    ['bytes por entrega confirmada, con índices', 'PostgreSQL', 'SQLite'],
    ...[...TABLES.map(({ table }) => table), 'en total'].map((name, index) => [
      name,
      ...(rows[index] ?? total).map((bytes) => bytes.toFixed(0)),
    ]),
  ]);
}

/** Title and statements of each step of partition.sql. */
function stepsOf(values: Values): [string, string[]][] {
  const text = readFileSync(join(import.meta.dirname, 'partition.sql'), 'utf8');
  return text
    .split(/^-- paso: /m)
    .slice(1)
    .map((step) => {
      const [title = '', ...lines] = step.split('\n');
      const statements = bound(lines.join('\n'), values).split(/;\s*/);
      return [title, statements.map((statement) => statement.trim()).filter(Boolean)];
    });
}

const bound = (text: string, values: Values): string =>
  text.replaceAll(/:([a-z]+)\b/g, (whole, name: string) => String(values[name] ?? whole));

async function explain(
  client: Client,
  given: Values,
  when: string,
  print: (text: string) => void,
): Promise<void> {
  const tarea = `${'0'.repeat(8)}-0000-4000-8000-000000000fff`;
  for (const [what, query] of HOT) {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, costs off, timing off, summary on, buffers off) ${bound(query, { ...given, tarea })}`,
    );
    const lines = rows.map((row) => row['QUERY PLAN']);
    const nodes = lines
      .filter((line) => /Scan|Append|Sort/.test(line))
      .map((line) => line.replace(/.*-> +|\(.*/g, '').trim());
    const [, ms = ''] = /Execution Time: ([\d.]+)/.exec(lines.join('\n')) ?? [];
    print(`${when}, ${what}: ${nodes.join(' / ')}, ${ms} ms`);
  }
}

async function whereTheyLie(client: Client): Promise<string> {
  const { rows } = await client.query<{ part: string; n: number }>(
    'select tableoid::regclass::text as part, count(*) as n from evento group by 1 order by 1',
  );
  const sequence = await client.query<{ name: string }>(
    "select pg_get_serial_sequence('evento', 'id') as name",
  );
  return `${rows.map(({ part, n }) => `${part}: ${n}`).join(', ')}; ${sequence.rows[0]!.name}`;
}
