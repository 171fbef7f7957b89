import { isDeepStrictEqual } from 'node:util';
import { type Config, type ConfigFile, DEFAULTS, parseDuration, PRESETS } from '../domain/config.ts';
import { type ConfigKey, valueAt } from './config-keys.ts';
import type { YamlChange } from './edit-yaml.ts';

/** Who plans and who checks: what a preset chooses. */
export const STEPS = [
  'planning.epic',
  'planning.story',
  'validation.story',
  'validation.epic',
  'validation.final',
] as const satisfies readonly ConfigKey[];

export const TIMES = [
  'timeouts.epic',
  'timeouts.idle',
  'timeouts.run',
  'timeouts.check',
  'timeouts.grace',
] as const satisfies readonly ConfigKey[];

/** What a run may spend. */
export const LIMITS = ['budget.tokens', 'budget.costUsd'] as const satisfies readonly ConfigKey[];

/** What `teams setup` asks for, beside the models, in the order of the file. */
export const ASKED = [
  'backend',
  'preset',
  'parallel',
  'setup',
  'verify',
  ...TIMES,
  ...LIMITS,
  ...STEPS,
] as const satisfies readonly ConfigKey[];

export type Step = (typeof STEPS)[number];
export type AskedKey = (typeof ASKED)[number];
export type LimitKey = (typeof LIMITS)[number];
type ListKey = 'setup' | 'verify';

/** Everything that was asked, as it is written in the file. */
export type Answers = { readonly [K in Exclude<AskedKey, ListKey | LimitKey | 'parallel'>]: string } & {
  /** Null: no limit. */
  readonly [K in LimitKey]: number | null;
} & {
  readonly preset: Config['preset'];
  readonly parallel: number;
  readonly setup: readonly string[];
  readonly verify: readonly string[];
  readonly models: Readonly<Record<string, string>>;
};

/** What a configuration answers: the values that count now. */
export function answersIn(config: Config): Answers {
  const text = (key: AskedKey): string => {
    const value = valueAt(config, key);
    return typeof value === 'number' && key.startsWith('timeouts.') ? durationText(value) : String(value);
  };
  const texts = [...TIMES, ...STEPS].map((key) => [key, text(key)] as const);
  return {
    ...(Object.fromEntries(texts) as { [K in (typeof texts)[number][0]]: string }),
    backend: config.backend,
    preset: config.preset,
    parallel: config.parallel,
    setup: config.setup,
    verify: config.verify,
    'budget.tokens': config.budget.tokens,
    'budget.costUsd': config.budget.costUsd,
    models: config.models,
  };
}

/** The steps as a preset has them. */
export const stepsOf = (preset: Config['preset']): { readonly [K in Step]: string } =>
  Object.fromEntries(STEPS.map((key) => [key, String(valueAt(PRESETS[preset], key))])) as never;

/** The preset that these answers amount to; null when they were chosen step by step. */
export function presetOf(answers: Answers): Config['preset'] | null {
  const steps = stepsOf(answers.preset);
  return STEPS.every((key) => steps[key] === answers[key]) ? answers.preset : null;
}

/**
 * What has to change in a file for it to mean these answers. What it has is set, also to a default; what it does not have
 * is added only where that makes a difference. Nothing is taken away but models and
 * limits of the budget.
 */
export function changesFor(file: ConfigFile, answers: Answers): readonly YamlChange[] {
  const settings = ASKED.flatMap((key): readonly YamlChange[] => {
    const implied = valueAt(PRESETS[answers.preset], key) ?? valueAt(DEFAULTS, key);
    const now = valueAt(file, key) ?? implied;
    const same = isDeepStrictEqual(meaning(key, now), meaning(key, answers[key]));
    return same ? [] : [{ path: pathOf(key), value: answers[key] }];
  });
  const { models: now = {} } = file;
  const names = new Set([...Object.keys(now), ...Object.keys(answers.models)]);
  const models = [...names].flatMap((name): readonly YamlChange[] => {
    const wanted = Object.hasOwn(answers.models, name) ? (answers.models[name] ?? null) : null;
    const had = Object.hasOwn(now, name) ? now[name] : null;
    return had === wanted ? [] : [{ path: ['models', name], value: wanted }];
  });
  return [...settings, ...models];
}

const pathOf = (key: AskedKey): YamlChange['path'] => key.split('.') as unknown as YamlChange['path'];

/** 60m and 1h are the same. */
const meaning = (key: AskedKey, value: unknown): unknown =>
  key.startsWith('timeouts.') && typeof value === 'string' ? parseDuration(value) : value;

const HOUR = 3_600_000;
const MINUTE = 60_000;

function durationText(ms: number): string {
  if (ms % HOUR === 0 && ms > HOUR) return `${ms / HOUR}h`;
  return ms % MINUTE === 0 ? `${ms / MINUTE}m` : `${ms / 1000}s`;
}
