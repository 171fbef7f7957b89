import type * as z from 'zod';
import { quote } from './findings.ts';
import { nearMiss } from '../domain/near-miss.ts';

export interface DescribedIssue {
  readonly code: string;
  /** Continues a sentence that begins with the name of the field. */
  readonly message: string;
  readonly fix?: string;
}

const NOUNS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Of what has to be written, where that does not follow from what is there. */
const EXAMPLES: Record<string, string> = {
  number: 'a number such as 2',
  int: 'a whole number such as 2',
  boolean: 'true or false',
};

/** What a schema issue means to the person who wrote `value`. */
export function describeIssue(issue: z.core.$ZodIssue, value: unknown): DescribedIssue {
  switch (issue.code) {
    case 'invalid_type': {
      const noun = NOUNS[issue.expected] ?? issue.expected;
      if (value === undefined)
        return { code: 'missing-field', message: 'is missing', fix: `add it: it has to be ${noun}` };
      return {
        code: 'wrong-type',
        message: `must be ${noun}, but is ${quote(value)}`,
        ...fixOfType(issue.expected, value),
      };
    }
    case 'invalid_value': {
      const allowed = issue.values.map((entry) => quote(entry));
      const near = typeof value === 'string' ? nearMiss(value, issue.values.map(String)) : null;
      if (value === undefined)
        return { code: 'missing-field', message: 'is missing', fix: `use ${allowed.join(', ')}` };
      return {
        code: 'unknown-value',
        message: `is ${quote(value)}, which is not one of ${allowed.join(', ')}`,
        fix: near === null ? `use ${allowed.join(', ')}` : `did you mean ${quote(near)}?`,
      };
    }
    case 'too_small':
      if (issue.origin === 'string') return { code: 'blank', message: 'is blank', fix: 'write some text' };
      if (issue.origin === 'array')
        return { code: 'empty-list', message: 'is an empty list', fix: 'add at least one entry' };
      return outOfRange(value, 'at least', issue.minimum);
    case 'too_big':
      return outOfRange(value, 'at most', issue.maximum);
    case 'invalid_union':
      return { code: 'wrong-type', message: `has a shape that is not known here: ${quote(value)}` };
    case 'invalid_format':
      return { code: 'invalid-value', message: `is ${quote(value)}, but has to be ${issue.message}` };
    case 'unrecognized_keys':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return { code: 'invalid-value', message: `is ${quote(value)}: ${issue.message}` };
  }
}

const outOfRange = (value: unknown, how: string, limit: number | bigint): DescribedIssue => ({
  code: 'out-of-range',
  message: `is ${quote(value)}, but must be ${how} ${limit}`,
  fix: `write ${limit}`,
});

/** A key that is not among the known ones; the sentence begins with what has it. */
export function describeKey(key: string, known: readonly string[]): Required<DescribedIssue> {
  const near = nearMiss(key, known);
  // Of two spellings, the one of configuration files.
  const listed = known.filter((name) => !name.includes('-'));
  return {
    code: near === null ? 'unknown-key' : 'misspelt-key',
    message: `has the unknown key ${quote(key)}`,
    fix: near === null ? `use one of ${listed.join(', ')}` : `did you mean "${near}"?`,
  };
}

/** What to type: the value itself when only the quotes are wrong, or the brackets of a list are missing. */
function fixOfType(expected: string, value: unknown): { fix?: string } {
  if (typeof value === 'string') {
    const text = value.trim();
    if ((expected === 'number' || expected === 'int') && /^-?\d{1,15}$/.test(text))
      return { fix: `write ${text} without quotes` };
    if (expected === 'boolean' && /^(true|false)$/i.test(text))
      return { fix: `write ${text.toLowerCase()} without quotes` };
    if (expected === 'array') return { fix: `write [${quote(value)}]` };
  }
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return { fix: `write "${value}"` };
  const example = EXAMPLES[expected];
  return example === undefined ? {} : { fix: `write ${example}` };
}
