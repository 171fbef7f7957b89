import * as z from 'zod';
import { configSchema } from '../domain/config.ts';
import { parseTokens } from './budget-text.ts';
import { valueAt } from './config-keys.ts';
import { isRecord } from './findings.ts';
import { describeIssue, describeKey } from './schema-issue.ts';

/** Tells of something wrong at a path of the configuration. */
export type Report = (finding: {
  readonly path: readonly PropertyKey[];
  readonly part: 'key' | 'value';
  /** Default: error. */
  readonly severity?: 'warning';
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
}) => void;

/** What the schema found, in the words of the file. `value` is the whole configuration as it was given. */
export function reportIssues(value: unknown, issues: readonly z.core.$ZodIssue[], report: Report): void {
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') reportUnknownKeys(issue, report);
    else if (issue.code === 'invalid_union') reportIssues(value, branchOf(issue, value), report);
    else reportValue(issue, value, report);
  }
}

function reportValue(issue: z.core.$ZodIssue, value: unknown, report: Report): void {
  const { path } = issue;
  const given = path.reduce<unknown>(
    (object, step) => (isIndexable(object) ? object[String(step)] : undefined),
    value,
  );
  const described = describeIssue(issue, given);
  const fix = path.length === 2 ? (fixFor(path.join('.'), given) ?? described.fix) : described.fix;
  const name = path.length === 0 ? 'the configuration' : path.map(String).join('.');
  report({
    path,
    part: 'value',
    code: described.code,
    message: `${name} ${described.message}`,
    ...(fix === undefined ? {} : { fix }),
  });
}

function reportUnknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, report: Report): void {
  const known = knownKeys(issue.path);
  for (const key of issue.keys) {
    const scope = issue.path.length === 0 ? 'the configuration' : issue.path.map(String).join('.');
    const { code, message, fix } = describeKey(key, known);
    report({ path: [...issue.path, key], part: 'key', code, message: `${scope} ${message}`, fix });
  }
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const schemas = path.reduce<readonly z.core.$ZodType[]>(
    (all, step) => all.flatMap((schema) => below(schema, String(step))),
    [configSchema],
  );
  const keys = schemas.flatMap(alternatives).flatMap((schema) => {
    if (schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum)
      return schema.keyType.options.map(String);
    return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  });
  return [...new Set(keys)].filter((key) => key !== '$schema');
}

function below(schema: z.core.$ZodType, key: string): readonly z.core.$ZodType[] {
  return alternatives(schema).flatMap((one) => {
    if (one instanceof z.ZodRecord) return [one.valueType];
    const inner: unknown = one instanceof z.ZodObject ? one.shape[key] : undefined;
    return inner instanceof z.ZodType ? [inner] : [];
  });
}

/** What a value of an optional or a union can be. */
function alternatives(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return alternatives(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  return [schema];
}

/** The issues of the kind of backend that was meant: one that is scripted has a `script`, any other a `command`. */
function branchOf(issue: z.core.$ZodIssueInvalidUnion, value: unknown): readonly z.core.$ZodIssue[] {
  const given = valueAt(value, issue.path.map(String).join('.'));
  const [command = [], script = []] = issue.errors;
  const meant = isRecord(given) && Object.hasOwn(given, 'script') ? script : command;
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function fixFor(key: string, given: unknown): string | undefined {
  if (key.startsWith('timeouts.')) return durationFix(given);
  if (key !== 'budget.tokens' || typeof given !== 'string') return undefined;
  // What a flag and a variable take.
  const tokens = parseTokens(given);
  return tokens === null ? 'write a number such as 5000000' : `write ${tokens}`;
}

function durationFix(value: unknown): string {
  const number = /^\d+$/.exec(String(value))?.[0];
  return number === undefined
    ? 'write a duration such as 90s, 30m or 2h'
    : `write ${number}s, ${number}m or ${number}h`;
}

const isIndexable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
