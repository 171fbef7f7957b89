import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULTS, PRESETS } from '../../src/domain/config.ts';
import { renderDiagnostics } from '../../src/report/diagnostics.ts';
import { CONFIG_KEYS, variableOf } from '../../src/source/config-keys.ts';
import { type ConfigRequest, type LoadedConfig, loadConfig } from '../../src/source/load-config.ts';
import { testFolder } from './folder.ts';

const folder = testFolder();

const load = async (yaml: string | Buffer, more: Partial<ConfigRequest> = {}): Promise<LoadedConfig> => {
  await folder.put('teams.config.yml', yaml);
  return loadConfig({ root: folder.path(), flags: {}, env: {}, ...more });
};
const shown = async (yaml: string | Buffer, more: Partial<ConfigRequest> = {}): Promise<string> =>
  renderDiagnostics((await load(yaml, more)).diagnostics, { color: false });

test('without a file everything is as by default', async () => {
  await rm(join(folder.path(), 'teams.config.yml'), { force: true });
  const loaded = await loadConfig({ root: folder.path(), flags: {}, env: {} });
  expect(loaded).toMatchObject({ diagnostics: [], config: DEFAULTS, file: null });
  expect(new Set(Object.values(loaded.origins).map(({ origin }) => origin))).toEqual(new Set(['default']));
});

test('an empty file is as none; a file that was asked for has to exist', async () => {
  expect((await load('# nothing\n')).config).toEqual(DEFAULTS);
  const absent = await load('', { path: join(folder.path(), 'absent.yml'), name: 'absent.yml' });
  expect(absent.diagnostics.map(({ code, file }) => [code, file])).toEqual([
    ['file-not-found', 'absent.yml'],
  ]);
});

test('reads everything that the contract names', async () => {
  const { config, diagnostics } = await load(`version: 1
backend: mine
preset: balanced
parallel: 3
base: main
land: merge
setup: ["npm ci"]
verify: ["npm test"]
copy: [".env", "config/local.json"]
backendFor: { finalValidator: codex }
fallback: [codex, opencode]
budget: { tokens: 5000000, costUsd: 12.5 }
timeouts: { epic: 90s, idle: 10m, run: 5h, check: 15m, grace: 1.5s }
attempts: { epic: 3, merge: 1, final: 2 }
planning: { epic: always, story: never }
validation: { story: never, epic: auto, final: always, fixRounds: 2 }
models: { teamLead: opus, builder: sonnet }
backends:
  mine: { command: ["./my-agent", "--file", "{prompt_file}"], stdin: prompt, env: ["MY_TOKEN"] }
  plain: { command: [agent] }
  scripted: { script: demo.yml }
`);
  expect(diagnostics).toEqual([]);
  expect(config).toEqual({
    backend: 'mine',
    backendFor: { teamLead: null, finalValidator: 'codex' },
    fallback: ['codex', 'opencode'],
    budget: { tokens: 5_000_000, costUsd: 12.5 },
    permissions: 'safe',
    preset: 'balanced',
    parallel: 3,
    base: 'main',
    land: 'merge',
    setup: ['npm ci'],
    verify: ['npm test'],
    copy: ['.env', 'config/local.json'],
    timeouts: { epic: 90_000, idle: 600_000, run: 18_000_000, check: 900_000, grace: 1500, backoff: 60_000 },
    attempts: { epic: 3, merge: 1, final: 2 },
    planning: { epic: 'always', story: 'never' },
    validation: { story: 'never', epic: 'auto', final: 'always', fixRounds: 2 },
    models: { teamLead: 'opus', builder: 'sonnet' },
    backends: {
      mine: { command: ['./my-agent', '--file', '{prompt_file}'], stdin: 'prompt', env: ['MY_TOKEN'] },
      plain: { command: ['agent'], stdin: 'none', env: [] },
      scripted: { script: 'demo.yml' },
    },
  });
});

test('a flag wins over a variable, that over the file, that over the preset, that over the default', async () => {
  const env = {
    TEAMS_PARALLEL: '4',
    TEAMS_LAND: 'merge',
    TEAMS_TIMEOUTS_EPIC: '5m',
    TEAMS_VALIDATION_FIX_ROUNDS: '3',
    TEAMS_VERIFY: '["make", "make test"]',
    TEAMS_SETUP: 'make deps',
    TEAMS_BUDGET_TOKENS: '1.5M',
    TEAMS_BASE: '',
  };
  const { config, origins, diagnostics } = await load(
    'preset: minimal\nparallel: 2\nland: leave\nplanning:\n  epic: always\ntimeouts: {epic: 1h, idle: 2m}\n',
    { env, flags: { parallel: 5, base: undefined } },
  );
  expect(diagnostics).toEqual([]);
  expect(config).toMatchObject({
    parallel: 5,
    land: 'merge',
    base: null,
    setup: ['make deps'],
    verify: ['make', 'make test'],
    budget: { tokens: 1_500_000, costUsd: null },
    timeouts: { ...DEFAULTS.timeouts, epic: 300_000, idle: 120_000 },
    planning: { epic: 'always', story: PRESETS.minimal.planning.story },
    validation: { ...PRESETS.minimal.validation, fixRounds: 3 },
  });
  expect(origins).toMatchObject({
    parallel: { origin: 'flag', where: '--parallel' },
    land: { origin: 'env', where: 'TEAMS_LAND' },
    'timeouts.epic': { origin: 'env', where: 'TEAMS_TIMEOUTS_EPIC' },
    'timeouts.idle': { origin: 'file', where: 'teams.config.yml:6:28' },
    'planning.epic': { origin: 'file', where: 'teams.config.yml:5:9' },
    'planning.story': { origin: 'preset', where: 'minimal' },
    base: { origin: 'default' },
  });
});

test('what teams gives to a session is no configuration', async () => {
  const names = [
    'ROLE',
    'RUN_ID',
    'EPIC_ID',
    'ATTEMPT',
    'WORKTREE',
    'PROMPT_FILE',
    'EPIC_FILE',
    'RESULT_PATH',
    'PRD_FILE',
  ];
  const env = Object.fromEntries(names.map((name) => [`TEAMS_${name}`, 'x']));
  expect(await load('', { env })).toMatchObject({ diagnostics: [], config: DEFAULTS });
});

test('reports everything that is wrong, with its place and a fix', async () => {
  const report = await shown(
    `version: 2
backnd: claude
backend: cluade
parallel: "3"
timeouts: { epic: 60, idle: soon, run: 600h, grace: 0s, chek: 5m }
planning: { epic: sometimes }
copy: ["../secret", "/etc/passwd", ".git/config", "a/../../b", "ok/.env"]
setup: npm ci
backends:
  one: { comand: [x] }
  two: { script: "" }
  three: { command: [] }
`,
    { env: { TEAMS_PARALLEL: 'many', TEAMS_PARALEL: '2', TEAMS_COPY: '[1' }, flags: { land: 'yes' } },
  );
  await expect(report).toMatchFileSnapshot('../fixtures/config/broken.txt');
});

test('a misspelt key in any table is told which one was meant', async () => {
  for (const key of Object.keys(CONFIG_KEYS).filter((one) => one.includes('.'))) {
    const [table = '', name = ''] = key.split('.');
    const { diagnostics } = await load(`${table}: { ${name}e: 1 }\n`);
    expect(diagnostics.map(({ code, fix }) => [code, fix])).toEqual([
      ['misspelt-key', `did you mean "${name}"?`],
    ]);
  }
  const { diagnostics } = await load('budget: { sausages: 1 }\n');
  expect(diagnostics[0]?.fix).toBe('use one of tokens, costUsd');
});

test('tokens as a flag and a variable take them are told as the number that the file needs', async () => {
  const fixes = async (tokens: string): Promise<unknown> =>
    (await load(`budget: { tokens: ${tokens} }\n`)).diagnostics.map(({ fix }) => fix);
  expect(await fixes('5M')).toEqual(['write 5000000']);
  expect(await fixes('many')).toEqual(['write a number such as 5000000']);
});

test('docs/configuration.md names variables that there are, beside their keys', async () => {
  const text = await readFile('docs/configuration.md', 'utf8');
  const [, section = ''] = text.split('\n## Variables\n');
  const rows = [...section.matchAll(/^\| `([a-z].*?)`.*? \| (?:.*?)`(TEAMS_[A-Z_]+)=/gm)];
  expect(rows.length).toBeGreaterThan(4);
  for (const [, key = '', variable] of rows) {
    // A row of several keys shows the variable of one.
    expect([key, 'verify'].map(variableOf)).toContain(variable);
    expect(CONFIG_KEYS).toHaveProperty([key]);
  }
});

test('models are pinned for roles, in both spellings, and for tiers; nothing else is a key there', async () => {
  const pinned = 'teamLead: a, final-validator: b, finalValidator: c, author: d, small: e';
  expect((await load(`models: { ${pinned} }\n`)).diagnostics).toEqual([]);
  const { diagnostics } = await load('models: { nope: y, team_lead: z }\n');
  expect(diagnostics.map(({ code, message, fix }) => [code, message, fix])).toEqual([
    [
      'unknown-key',
      'models has the unknown key "nope"',
      'use one of teamLead, epicPlanner, storyPlanner, builder, storyValidator, epicValidator, finalValidator, merger, author, small, medium, large',
    ],
    ['misspelt-key', 'models has the unknown key "team_lead"', 'did you mean "teamLead"?'],
  ]);
});

test('the scripted backend needs a script', async () => {
  expect(await shown('backend: scripted\n'))
    .toBe(`teams.config.yml:1:10 error missing-field  the backend "scripted" needs backends.scripted.script, the path of what it plays
  1 | backend: scripted
    |          ^^^^^^^^
  fix: add to teams.config.yml: backends: { scripted: { script: path/to/script.yml } }
`);
  const backends = 'backends: { scripted: { script: s.yml } }\n';
  expect((await load(backends, { flags: { backend: 'scripted' } })).config?.backend).toBe('scripted');
  expect(
    (await load(backends, { flags: { backend: 'nobody' } })).diagnostics.map(({ file, code }) => [
      file,
      code,
    ]),
  ).toEqual([['command line', 'unknown-backend']]);
});

test('a placeholder that is nearly one is warned of, other braces are for the program', async () => {
  const command = '["./my-agent", "--in={prompt-file}", "{}", "{url}", "{result}", "{Modle}"]';
  expect(await shown(`backend: mine\nbackends:\n  mine: { command: ${command} }\n`))
    .toBe(`teams.config.yml:3:35 warning misspelt-placeholder  {prompt-file} is no placeholder, so the command gets it as it is
  3 |   mine: { command: ["./my-agent", "--in={prompt-file}", "{}", "{url}", "{result}", "{Modle}"] }
    |                                   ^^^^^^^^^^^^^^^^^^^^
  fix: did you mean {prompt_file}?

teams.config.yml:3:84 warning misspelt-placeholder  {Modle} is no placeholder, so the command gets it as it is
  3 |   mine: { command: ["./my-agent", "--in={prompt-file}", "{}", "{url}", "{result}", "{Modle}"] }
    |                                                                                    ^^^^^^^^^
  fix: did you mean {model}?
`);
});

test('mistakes of YAML itself', async () => {
  expect(await shown('parallel: 1\nland: leave\nparallel: 2\n'))
    .toBe(`teams.config.yml:3:1 error duplicate-key  this key is given twice
  3 | parallel: 2
    | ^^^^^^^^
  first given here (line 1)
  1 | parallel: 1
    | ^^^^^^^^
  fix: keep one of the two
`);
  const codes = async (yaml: string | Buffer): Promise<string[]> =>
    (await load(yaml)).diagnostics.map(({ code }) => code);
  expect(await codes('a: [1\n')).toContain('invalid-yaml');
  expect(await codes('land: leave\n---\nland: merge\n')).toEqual(['invalid-yaml']);
  expect(await codes('base: !!js/function x\n')).toEqual(['invalid-yaml']);
  expect(await codes('base: *nobody\n')).toEqual(['invalid-yaml']);
  expect(await codes('[1, 2]')).toEqual(['wrong-type']);
  expect(await codes('just text')).toEqual(['wrong-type']);
});

test('hostile files end in diagnostics, quickly and without a throw', async () => {
  const bomb = [
    'a0: &a0 [x,x,x,x,x,x,x,x,x]',
    ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
  ];
  for (const yaml of [
    bomb.join('\n'),
    '['.repeat(10_000),
    '{a: '.repeat(10_000),
    `${'- '.repeat(5_000)}x`,
    Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join('\n'),
    'a\0b',
    Buffer.from([0xff, 0xfe, 0x61, 0x00]),
    `backend: ${'x'.repeat(2_000_000)}`,
    `${'y'.repeat(2_000_000)}: 1`,
    '? [complex]\n: 1\n',
    '&a [*a]',
  ]) {
    const loaded = await load(yaml);
    expect(loaded.config).toBeNull();
    expect(renderDiagnostics(loaded.diagnostics, { color: false }).length).toBeLessThan(50_000);
  }
  await load(
    '__proto__: { parallel: 9 }\nbackends: { __proto__: { command: [x] } }\nmodels: { __proto__: x, constructor: y }\n',
  );
  expect(({} as Record<string, unknown>)['parallel']).toBeUndefined();
  expect((await load('\ufeffparallel: 2\r\nland: leave\r\n')).config?.parallel).toBe(2);
});

test('a configuration under the wrong name is told, a base that git would take for an option refused', async () => {
  const root = join(folder.path(), 'misnamed');
  await mkdir(root);
  await writeFile(join(root, 'teams.config.yaml'), 'parallel: 2\n');
  const loaded = await loadConfig({ root, flags: {}, env: { TEAMS_BASE: '--all' } });
  expect(loaded.diagnostics.map(({ severity, code, file }) => [severity, code, file])).toEqual([
    ['warning', 'not-read', 'teams.config.yaml'],
    ['error', 'invalid-value', 'environment'],
  ]);
});

test('a folder in the place of the file is named', async () => {
  const root = join(folder.path(), 'nested');
  await mkdir(join(root, 'teams.config.yml'), { recursive: true });
  const { diagnostics, config } = await loadConfig({ root, flags: {}, env: {} });
  expect([diagnostics[0]?.code, config]).toEqual(['not-a-file', null]);
});

test('whatever is in the file, there is an answer', async () => {
  const fragment = fc.constantFrom(
    'backend',
    'timeouts',
    ': ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a',
    '"',
    '60m',
    '!x ',
    '|',
    '? ',
    '#',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fragment, { maxLength: 12 }), async (parts) => {
      const { config, diagnostics } = await load(parts.join(''));
      expect(config === null).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    }),
    { numRuns: 150 },
  );
});
