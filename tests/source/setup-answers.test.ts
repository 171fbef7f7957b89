import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configSchema, DEFAULTS, PRESETS } from '../../src/domain/config.ts';
import { editConfig } from '../../src/source/edit-config.ts';
import { loadConfig } from '../../src/source/load-config.ts';
import { newConfig } from '../../src/source/new-config.ts';
import {
  type Answers,
  answersIn,
  changesFor,
  presetOf,
  STEPS,
  stepsOf,
  TIMES,
} from '../../src/source/setup-answers.ts';
import { parseYaml } from '../../src/source/yaml.ts';
import { testFolder } from './folder.ts';

const folder = testFolder();

const line = fc
  .oneof(
    fc.constantFrom(
      'npm ci',
      'go test ./...',
      'a: b',
      '# x',
      'yes',
      '1.5',
      '- x',
      '"',
      "it's \\",
      '${HOME}',
      '*a',
    ),
    fc.string({ minLength: 1, unit: 'grapheme' }),
  )
  .filter((text) => text.trim() !== '' && !text.includes('\0'));
const preset = fc.constantFrom(...(Object.keys(PRESETS) as (keyof typeof PRESETS)[]));
const time = fc
  .tuple(fc.integer({ min: 1, max: 500 }), fc.constantFrom('s', 'm', 'h'))
  .map(([count, unit]) => `${count}${unit}`);
const when = fc.constantFrom('auto', 'always', 'never');
const each = <K extends string, V>(keys: readonly K[], value: fc.Arbitrary<V>): fc.Arbitrary<Record<K, V>> =>
  fc
    .tuple(...keys.map(() => value))
    .map((values) => Object.fromEntries(keys.map((key, index) => [key, values[index]])) as Record<K, V>);

const DOLLARS = { min: 0, minExcluded: true, noDefaultInfinity: true, noNaN: true } as const;
const answers: fc.Arbitrary<Answers> = fc
  .tuple(
    fc.record({
      backend: fc.constantFrom('claude', 'codex', 'copilot', 'opencode', 'mine'),
      preset,
      parallel: fc.integer({ min: 1, max: 64 }),
      setup: fc.uniqueArray(line, { maxLength: 3 }),
      verify: fc.uniqueArray(line, { maxLength: 3 }),
      'budget.tokens': fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
      'budget.costUsd': fc.option(fc.oneof(fc.integer({ min: 1, max: 500 }), fc.double(DOLLARS))),
      models: fc.dictionary(fc.constantFrom('teamLead', 'epic-planner', 'small', 'merger'), line, {
        maxKeys: 3,
      }),
    }),
    each(TIMES, time),
    fc.option(each(STEPS, when)),
  )
  .map(([some, times, steps]) => ({ ...some, ...times, ...stepsOf(some.preset), ...steps }));

const MINE = 'backends: { mine: { command: [./a] } }\n';

async function readBack(text: string): Promise<Answers> {
  const path = await folder.put('teams.config.yml', text);
  const { config, diagnostics } = await loadConfig({ root: folder.path(), path, flags: {}, env: {} });
  expect(diagnostics, text).toEqual([]);
  return answersIn(config ?? DEFAULTS);
}

/** 60m and 1h are the same answer. */
const plain = (one: Answers): unknown => answersIn({ ...DEFAULTS, ...configOf(one) });
const configOf = (one: Answers) => ({
  ...one,
  timeouts: {
    ...DEFAULTS.timeouts,
    ...Object.fromEntries(TIMES.map((key) => [key.slice(9), msOf(one[key])])),
  },
  budget: { tokens: one['budget.tokens'], costUsd: one['budget.costUsd'] },
  planning: { epic: one['planning.epic'], story: one['planning.story'] } as never,
  validation: {
    story: one['validation.story'],
    epic: one['validation.epic'],
    final: one['validation.final'],
    fixRounds: 1,
  } as never,
});
const msOf = (text: string): number =>
  Number.parseInt(text, 10) * ({ s: 1_000, m: 60_000, h: 3_600_000 }[text.slice(-1)] ?? 0);

test('a new file is valid and says what was answered', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      const text = newConfig(given, '# head');
      expect(await readBack(given.backend === 'mine' ? text + MINE : text)).toEqual(plain(given));
    }),
    { numRuns: 100 },
  );
});

const STARTS = [
  `# mine\nversion: 1\nbackend: claude   # ours\n${MINE}`,
  `# flow\nbudget: { tokens: 5000000 }\n# rest\nparallel: 2\n${MINE}`,
  `# spend\nbudget:\n  costUsd: 7.5\n\n  tokens: 900\n# rest\nparallel: 2\n${MINE}`,
  `preset: full\nplanning: { epic: always }\nvalidation:\n  final: never\n  fixRounds: 3\n${MINE}timeouts:\n  # long\n  epic: 90m\n\nmodels:\n  small: haiku\nverify:\n  - npm test\n`,
  '{"version": 1, "setup": [], "timeouts": {}, "backends": {"mine": {"command": ["./a"]}}}\n',
];

test('a file that is there says what was answered, too, and answering the same again changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...STARTS), answers, async (start, given) => {
      const before = configSchema.parse(parseYaml(start).value);
      const text = editConfig(start, changesFor(before, given)) ?? 'not editable: [';
      expect(await readBack(text)).toEqual(plain(given));
      expect(changesFor(configSchema.parse(parseYaml(text).value), given)).toEqual([]);
      for (const comment of start.match(/# \w+/g) ?? []) expect(text).toContain(comment);
      expect(parseYaml(text).value).toMatchObject({ backends: { mine: { command: ['./a'] } } });
    }),
    { numRuns: 50 },
  );
});

test('a default is written where the file has the key, and not added where it has not', () => {
  const defaults = answersIn(DEFAULTS);
  expect(changesFor({}, defaults)).toEqual([]);
  expect(changesFor({ parallel: 4, timeouts: { epic: '1h' } }, defaults)).toEqual([
    { path: ['parallel'], value: 1 },
  ]);
  // The steps of a preset are written only where the file has others.
  expect(
    changesFor({ planning: { epic: 'never' } }, { ...defaults, preset: 'full', ...stepsOf('full') }),
  ).toEqual([
    { path: ['preset'], value: 'full' },
    { path: ['planning', 'epic'], value: 'auto' },
  ]);
});

test('a limit of the budget is set, changed and taken away', () => {
  const said = { budget: { tokens: 5_000_000 } };
  const limits = (tokens: number | null, costUsd: number | null): Answers => ({
    ...answersIn(DEFAULTS),
    'budget.tokens': tokens,
    'budget.costUsd': costUsd,
  });
  expect(changesFor(said, limits(5_000_000, null))).toEqual([]);
  expect(changesFor(said, limits(6_000_000, 7.5))).toEqual([
    { path: ['budget', 'tokens'], value: 6_000_000 },
    { path: ['budget', 'costUsd'], value: 7.5 },
  ]);
  expect(changesFor(said, limits(null, null))).toEqual([{ path: ['budget', 'tokens'], value: null }]);
});

test('a model that nobody wants any more goes', () => {
  expect(
    changesFor({ models: { small: 'a', large: 'b' } }, { ...answersIn(DEFAULTS), models: { large: 'c' } }),
  ).toEqual([
    { path: ['models', 'small'], value: null },
    { path: ['models', 'large'], value: 'c' },
  ]);
});

test('steps that are not those of the preset were chosen one by one', () => {
  const defaults = answersIn(DEFAULTS);
  expect(presetOf(defaults)).toBe('balanced');
  expect(presetOf({ ...defaults, 'planning.story': 'always' })).toBe(null);
});
