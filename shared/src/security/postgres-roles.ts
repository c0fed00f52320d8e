/**
 * What a PostgreSQL of the platform's own is told when it starts for the first time: one role for each owner of a schema,
 * which reaches nothing else.
 */
export const roleStatements = (owners: readonly string[], passwordOf: (owner: string) => string): string =>
  owners
    .map((owner) => {
      const schema = owner.replaceAll('-', '_');
      const role = `medisupply_${schema}`;
      return `create role ${role} login password '${passwordOf(owner)}';\ncreate schema ${schema} authorization ${role};\n`;
    })
    .join('');
