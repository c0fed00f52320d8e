/** A form from the JSON schema of a task's parameters, as `GET /tareas` describes it. */

/** The part of JSON Schema that the registry's declarations use. */
interface JsonSchema {
  type?: string;
  format?: string;
  description?: string;
  default?: unknown;
  enum?: readonly (string | number | boolean)[];
  const?: string | number | boolean;
  anyOf?: readonly JsonSchema[];
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean | JsonSchema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}

export type ParamKind = 'text' | 'long-text' | 'date' | 'choice' | 'integer' | 'number' | 'json';
export type ParamValue = string | number | null;

export interface ParamField {
  /** Where it goes, as in the path of a refusal: `activity_data.tipo`. */
  key: string;
  /** The last part of `key`. */
  name: string;
  kind: ParamKind;
  required: boolean;
  description?: string;
  min?: number;
  max?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: RegExp;
  /** Of a choice; the control has their texts. */
  options: readonly (string | number | boolean)[];
  initial: ParamValue;
}

/** What is wrong with a value, as a key of the texts below `tareas.validacion`. */
export type ParamProblem = 'falta' | 'entero' | 'numero' | 'minimo' | 'maximo' | 'largo' | 'formato' | 'json';

/** Beyond this a text gets more than one line. */
const LONG = 200;

/** The fields of an object's schema; objects inside are taken apart, what has no control of its own is JSON. */
export function paramFields(schema: unknown): ParamField[] {
  return fieldsOf(schema as JsonSchema, '', true);
}

function fieldsOf(schema: JsonSchema, prefix: string, present: boolean): ParamField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const key = `${prefix}${name}`;
    // A required field of an optional object may stay empty.
    const required = present && (schema.required ?? []).includes(name);
    // Where any object will do, the one that is described.
    const described = property.anyOf?.find(({ properties }) => properties) ?? property;
    return described.properties
      ? fieldsOf(described, `${key}.`, required)
      : [fieldOf(property, { key, name, required })];
  });
}

function fieldOf(schema: JsonSchema, place: Pick<ParamField, 'key' | 'name' | 'required'>): ParamField {
  const kind = kindOf(schema);
  const isNumber = kind === 'integer' || kind === 'number';
  return {
    ...place,
    kind,
    options: optionsOf(schema),
    initial: isNumber ? numberOrNull(schema.default) : textOf(schema.default),
    ...(schema.description === undefined ? {} : { description: schema.description }),
    ...(isNumber && schema.minimum !== undefined ? { min: schema.minimum } : {}),
    ...(isNumber && schema.maximum !== undefined ? { max: schema.maximum } : {}),
    ...(schema.maxLength === undefined ? {} : { maxLength: schema.maxLength }),
    ...(schema.pattern === undefined ? {} : { pattern: new RegExp(schema.pattern) }),
  };
}

function kindOf(schema: JsonSchema): ParamKind {
  if (optionsOf(schema).length > 0) return 'choice';
  if (schema.anyOf?.some(({ format }) => format === 'date')) return 'date';
  if (schema.type === 'integer' || schema.type === 'number') return schema.type;
  if (schema.type !== 'string') return 'json';
  if (schema.format === 'date') return 'date';
  return (schema.maxLength ?? 0) > LONG ? 'long-text' : 'text';
}

function optionsOf(schema: JsonSchema): readonly (string | number | boolean)[] {
  if (schema.type === 'boolean') return [true, false];
  if (schema.enum) return schema.enum;
  const constants = schema.anyOf?.map((one) => one.const) ?? [];
  return constants.every((value) => value !== undefined) ? constants : [];
}

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** What can be checked without the server. An empty field is not sent, so nothing else can be wrong with it. */
export function problemOf(field: ParamField, value: ParamValue): ParamProblem | undefined {
  if (value === null || value === '') return field.required ? 'falta' : undefined;
  return typeof value === 'number' ? problemOfNumber(field, value) : problemOfText(field, value);
}

function problemOfNumber({ kind, min, max }: ParamField, value: number): ParamProblem | undefined {
  if (Number.isNaN(value)) return 'numero';
  if (kind === 'integer' && !Number.isInteger(value)) return 'entero';
  if (min !== undefined && value < min) return 'minimo';
  return max !== undefined && value > max ? 'maximo' : undefined;
}

function problemOfText({ kind, maxLength, pattern }: ParamField, value: string): ParamProblem | undefined {
  if (kind === 'json') return parsed(value) === undefined ? 'json' : undefined;
  if (maxLength !== undefined && value.length > maxLength) return 'largo';
  return pattern && !pattern.test(value) ? 'formato' : undefined;
}

/** The parameters as they are sent: nested again, without what was left empty. */
export function paramsOf(
  fields: readonly ParamField[],
  values: Readonly<Record<string, ParamValue>>,
): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values[field.key] ?? null;
    if (value === null || value === '') continue;
    const path = field.key.split('.');
    let parent = params;
    for (const name of path.slice(0, -1)) parent = (parent[name] ??= {}) as Record<string, unknown>;
    parent[field.name] = field.kind === 'json' ? parsed(String(value)) : chosen(field, value);
  }
  return params;
}

/** The value of a select is a text. */
const chosen = ({ kind, options }: ParamField, value: ParamValue): unknown =>
  kind === 'choice' ? options.find((option) => String(option) === value) : value;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
