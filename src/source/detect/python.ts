import type { ProjectFiles } from './project-files.ts';
import { likely, possible, type Suggestion, type Suggestions } from './suggestion.ts';

interface Runner {
  readonly from: string;
  readonly install: string;
  /** Before a tool, to run it in the environment of the project. */
  readonly run: string;
}

/** The first that fits. What they make is ignored by git, or is outside of the worktree. */
function runnerOf({ names, text }: ProjectFiles): Runner | null {
  const pyproject = text('pyproject.toml');
  if (names.has('uv.lock')) return { from: 'uv.lock', install: 'uv sync --locked', run: 'uv run ' };
  if (names.has('poetry.lock') || /^\[tool\.poetry[.\]]/m.test(pyproject)) {
    const from = names.has('poetry.lock') ? 'poetry.lock' : 'tool.poetry in pyproject.toml';
    return { from, install: 'poetry install --no-interaction', run: 'poetry run ' };
  }
  if (names.has('pdm.lock')) return { from: 'pdm.lock', install: 'pdm sync', run: 'pdm run ' };
  if (names.has('Pipfile.lock'))
    return { from: 'Pipfile.lock', install: 'pipenv sync --dev', run: 'pipenv run ' };
  return null;
}

export function pythonCommands(files: ProjectFiles): Suggestions {
  const { names } = files;
  const marks = ['pyproject.toml', 'requirements.txt', 'setup.py', 'setup.cfg', 'tox.ini', 'noxfile.py'];
  if (![...marks, 'uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock'].some((name) => names.has(name))) {
    return { setup: [], verify: [] };
  }
  const runner = runnerOf(files);
  if (runner !== null) {
    const setup = [likely(runner.install, runner.from)];
    return { setup, verify: tools(files, runner.run) };
  }
  const environments = selfContained(files);
  if (environments.length > 0) return { setup: [], verify: environments };
  if (!names.has('requirements.txt')) return { setup: [], verify: tools(files, '') };
  // A folder that git sees would make every worktree dirty.
  const ignored = /^\/?\.venv\/?\s*$/m.test(files.text('.gitignore'));
  const fits = ignored ? likely : possible;
  const command = 'python3 -m venv .venv && .venv/bin/pip install -r requirements.txt';
  return {
    setup: [fits(command, 'requirements.txt')],
    // They are in that folder: without the setup there is none to run.
    verify: tools(files, '.venv/bin/').map((tool) => fits(tool.command, tool.from)),
  };
}

/** Tools that make the environment for the tests themselves. */
function selfContained({ names, text }: ProjectFiles): readonly Suggestion[] {
  if (names.has('tox.ini')) return [likely('tox', 'tox.ini')];
  if (/^\[tool\.tox[.\]]/m.test(text('pyproject.toml'))) return [likely('tox', 'tool.tox in pyproject.toml')];
  if (names.has('noxfile.py')) return [likely('nox', 'noxfile.py')];
  return [];
}

const TOOLS: readonly {
  readonly command: string;
  readonly files: readonly string[];
  /** In a file of settings or of requirements. */
  readonly mention: RegExp;
}[] = [
  { command: 'ruff check', files: ['ruff.toml', '.ruff.toml'], mention: /^\[tool\.ruff[.\]]/m },
  { command: 'mypy .', files: ['mypy.ini', '.mypy.ini'], mention: /^\[(tool\.)?mypy[.\]]/m },
  { command: 'pytest', files: ['pytest.ini', 'conftest.py'], mention: /\bpytest\b/ },
];

function tools({ names, text }: ProjectFiles, run: string): readonly Suggestion[] {
  return TOOLS.flatMap(({ command, files, mention }) => {
    const own = files.find((name) => names.has(name));
    const mentioned = ['pyproject.toml', 'setup.cfg', 'requirements-dev.txt', 'requirements.txt'].find(
      (name) => mention.test(text(name)),
    );
    const from = own ?? mentioned;
    return from === undefined ? [] : [likely(`${run}${command}`, from)];
  });
}
