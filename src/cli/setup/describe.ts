import type { ConfigFile } from '../../domain/config.ts';
import { clip } from '../../domain/printable.ts';
import { valueAt } from '../../source/config-keys.ts';
import type { YamlChange } from '../../source/edit-yaml.ts';
import { type Answers, presetOf, STEPS, TIMES } from '../../source/setup-answers.ts';

/** What a new file will say. */
export function describeAnswers(answers: Answers): string {
  const last = (key: string): string => key.slice(key.indexOf('.') + 1);
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['backend', [answers.backend]],
    ['preset', [answers.preset]],
    ...(presetOf(answers) === null ? STEPS.map((key) => [key, [answers[key]]] as const) : []),
    ['parallel', [String(answers.parallel)]],
    ['setup', orNone(answers.setup)],
    ['verify', answers.verify.length === 0 ? ['none: no command judges the work'] : answers.verify],
    ['timeouts', [TIMES.map((key) => `${last(key)} ${answers[key]}`).join(', ')]],
    ['budget', [budgetText(answers)]],
    ['models', orNone(Object.entries(answers.models).map(([name, model]) => `${name}: ${model}`))],
  ];
  return table(rows);
}

/** What becomes of the values of a file. */
export function describeChanges(file: ConfigFile, changes: readonly YamlChange[]): string {
  return table(
    changes.map(({ path, value }) => {
      const before = valueAt(file, path.join('.'));
      return [path.join('.'), [`${shown(before)} → ${value === null ? 'removed' : shown(value)}`]];
    }),
  );
}

function budgetText({ 'budget.tokens': tokens, 'budget.costUsd': dollars }: Answers): string {
  const limits = [
    ...(tokens === null ? [] : [`${tokens.toLocaleString('en-US')} tokens`]),
    ...(dollars === null ? [] : [`$${dollars}`]),
  ];
  return limits.length === 0 ? 'no limit' : limits.join(', ');
}

const orNone = (values: readonly string[]): readonly string[] => (values.length === 0 ? ['none'] : values);

function table(rows: readonly (readonly [string, readonly string[]])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.flatMap(([name, values]) =>
    values.map((value, index) => `${(index === 0 ? name : '').padEnd(width)}  ${clip(value, 300)}`),
  );
  return lines.join('\n');
}

function shown(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
