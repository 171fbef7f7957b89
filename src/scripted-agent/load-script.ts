import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { type Script, scriptSchema, STEPS } from './script-schema.ts';
import { UsageError } from './usage-error.ts';

/** Reads and validates a script, JSON or YAML by its content. A `UsageError` names every problem with its path. */
export async function loadScript(path: string): Promise<Script> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the script: ${(error as Error).message}`);
  }
  const value = await parse(text, path);
  const parsed = scriptSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    [`${path} is not a valid script:`, ...describe(parsed.error.issues, value)].join('\n  '),
  );
}

async function parse(text: string, path: string): Promise<unknown> {
  try {
    if (text.trimStart().startsWith('{')) return JSON.parse(text) as unknown;
  } catch (error) {
    // YAML may begin with a brace too, but what is called .json is not YAML.
    if (path.endsWith('.json')) throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
  // Loaded only here: it costs more than everything else together.
  const { parseYaml } = await import('./parse-yaml.ts');
  try {
    return parseYaml(text) as unknown;
  } catch (error) {
    throw new UsageError(`${path} is not YAML: ${(error as Error).message}`);
  }
}

type Issue = z.core.$ZodIssue;

function describe(issues: readonly Issue[], value: unknown, base: readonly PropertyKey[] = []): string[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    if (issue.code === 'invalid_union') {
      const closer = describeStep(at(value, issue.path), path) ?? deeper(issue, value, base);
      if (closer !== null) return closer;
    }
    return [`${path.join('.') || 'the script'}: ${issue.message}`];
  });
}

/** A union only says that nothing fits; the verb of a step tells what was meant. */
function describeStep(step: unknown, path: readonly PropertyKey[]): string[] | null {
  if (typeof path.at(-1) !== 'number') return null;
  const keys = typeof step === 'object' && step !== null ? Object.keys(step) : [];
  // `story` has the verbs of its parts among its keys.
  const verb = keys.includes('story') ? 'story' : keys.find((key) => Object.hasOwn(STEPS, key));
  if (verb === undefined) {
    return [`${path.join('.')}: not a step; a step has one of ${Object.keys(STEPS).join(', ')}`];
  }
  const parsed = STEPS[verb as keyof typeof STEPS].safeParse(step);
  return parsed.success
    ? null
    : parsed.error.issues.map((issue) => `${[...path, ...issue.path].join('.')}: ${issue.message}`);
}

/** Of a plan's two shapes, the one that was meant. */
function deeper(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  value: unknown,
  base: readonly PropertyKey[],
): string[] | null {
  const inner = at(value, issue.path);
  const meant = issue.errors[Array.isArray(inner) ? 0 : 1];
  return meant === undefined ? null : describe(meant, inner, [...base, ...issue.path]);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}
