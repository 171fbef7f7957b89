import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { editorSchema, schemaComment, writeEditorSchemas } from '../../src/adapters/editor-schemas.ts';
import { createProject } from '../../src/adapters/demo-project.ts';
import { projectFiles } from '../../src/cli/demo/project.ts';
import { runCli } from '../cli/cli.ts';
import { tempRepo } from '../rig/temp-repo.ts';
import { tempFolder } from './temp-folder.ts';

/** What an editor does: a URL that is relative to the file. */
const resolved = (schema: string, file: string): string =>
  fileURLToPath(new URL(schema, pathToFileURL(file)));

test('what $schema says leads from the file to the schema of this version', async () => {
  const root = tempFolder();
  for (const [name, file, expected] of [
    ['prd', 'prd.json', './.teams/schemas/prd.schema.json'],
    ['config', 'teams.config.yml', './.teams/schemas/config.schema.json'],
    ['prd', 'plans/next one/prd.json', '../../.teams/schemas/prd.schema.json'],
    [
      'prd',
      '../beside é/prd.json',
      `../${encodeURI(root.split('/').at(-1)!)}/.teams/schemas/prd.schema.json`,
    ],
  ] as const) {
    const path = join(root, file);
    const schema = await editorSchema(root, name, path);
    expect(schema).toBe(expected);
    expect(readFileSync(resolved(schema, path), 'utf8')).toBe(
      readFileSync(`schemas/${name}.schema.json`, 'utf8'),
    );
  }
});

test('git does not see them, even before the first commit', async () => {
  const root = tempFolder();
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  git('init', '-q');
  await editorSchema(root, 'prd', join(root, 'prd.json'));
  expect(git('status', '--porcelain')).toBe('');
});

test('what an older version left is replaced', async () => {
  const teams = join(tempFolder(), '.teams');
  const path = join(teams, 'schemas', 'prd.schema.json');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '{}');
  await writeEditorSchemas(teams);
  expect(readFileSync(path, 'utf8')).toBe(readFileSync('schemas/prd.schema.json', 'utf8'));
});

/** What an editor of either family finds wrong with a file: it knows the schema from the file alone. */
async function mistakesIn(path: string): Promise<string[]> {
  const text = readFileSync(path, 'utf8');
  const value = parse(text) as { $schema?: string };
  const named = path.endsWith('.json')
    ? [value.$schema]
    : [/^# yaml-language-server: \$schema=(\S+)$/m, /^# \$schema: (\S+)$/m].map((one) => one.exec(text)?.[1]);
  const found = named.map((schema) => {
    const file = resolved(schema!, path);
    const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
  });
  for (const other of found) expect(other).toEqual(found[0]);
  return found[0]!;
}

test('the files of the demonstration are valid in an editor, and a mistake in them is not', async () => {
  const root = tempFolder();
  expect((await createProject(root, projectFiles)).ok).toBe(true);
  for (const [name, from, to, mistake] of [
    ['prd.json', '"pending"', '"done"', '/epics/0/status enum'],
    ['teams.config.yml', 'parallel: 3', 'parallel: many', '/parallel type'],
  ] as const) {
    const path = join(root, name);
    expect(await mistakesIn(path)).toEqual([]);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
    expect(await mistakesIn(path)).toEqual([mistake]);
  }
});

test('so are the files that setup and init write', async () => {
  const repo = tempRepo();
  const { path } = repo;
  onTestFinished(() => repo.remove());
  expect(await runCli(['setup', '--yes', '--backend', 'codex'], path)).toMatchObject({ code: 0 });
  expect(await runCli(['init', '--template', 'library', '--yes'], path)).toMatchObject({ code: 0 });
  expect(await mistakesIn(join(path, 'teams.config.yml'))).toEqual([]);
  expect(await mistakesIn(join(path, 'prd.json'))).toEqual([]);
  expect(repo.git('status', '--porcelain')).toBe('?? prd.json\n?? teams.config.yml');
});

test('there is something to complete, and a word about every key', () => {
  const read = (name: string): Schema =>
    JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8')) as Schema;
  const config = read('config').properties!;
  expect(config['backend']!.examples).toEqual(['claude', 'codex', 'copilot', 'opencode', 'scripted']);
  expect(config['preset']!.enum).toEqual(['balanced', 'full', 'minimal']);
  expect(config['planning']!.properties!['epic']!.enum).toEqual(['auto', 'always', 'never']);
  const silent = (at: string, { properties = {}, items, ...schema }: Schema): string[] => [
    ...(schema.description === undefined && at !== '' ? [at] : []),
    ...Object.entries(properties).flatMap(([key, value]) => silent(`${at}/${key}`, value)),
    ...(items === undefined ? [] : silent(at, { description: '', ...items })),
  ];
  // Tables whose name says it: their entries have the words.
  expect([...silent('', read('config')), ...silent('', read('prd'))]).toEqual([
    '/$schema',
    '/timeouts',
    '/attempts',
    '/planning',
    '/validation',
    '/backends',
    '/$schema',
  ]);
});

interface Schema {
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

test('YAML says it in two comments, one for each family of editors', () => {
  expect(schemaComment('./x.json')).toBe('# yaml-language-server: $schema=./x.json\n# $schema: ./x.json');
});
