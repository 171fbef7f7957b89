import { parseYaml } from '../yaml.ts';
import { isRecord } from '../findings.ts';
import type { ProjectFiles } from './project-files.ts';
import { possible, type Suggestion } from './suggestion.ts';

/** Cheap ones first. Other names say nothing to us, so they are nothing to suggest. */
const CHECKS = ['check', 'lint', 'test'];

interface TaskRunner {
  readonly files: readonly string[];
  readonly command: string;
  readonly names: (text: string) => ReadonlySet<string>;
}

const RUNNERS: readonly TaskRunner[] = [
  {
    files: ['GNUmakefile', 'makefile', 'Makefile'],
    command: 'make',
    // "check lint: build" has two targets; "test := x" is a variable.
    names: (text) =>
      new Set(
        [...text.matchAll(/^([\w.-]+(?: +[\w.-]+)*) *::?(?![:=])/gm)].flatMap((match) =>
          (match[1] ?? '').split(/ +/),
        ),
      ),
  },
  {
    files: ['justfile', 'Justfile', '.justfile'],
    command: 'just',
    // A recipe may be quiet and may have parameters: "@test *args:".
    names: (text) =>
      new Set([...text.matchAll(/^@?([\w-]+)(?: [^:\n]*)?:(?!=)/gm)].map((match) => match[1] ?? '')),
  },
  {
    files: ['Taskfile.yml', 'Taskfile.yaml'],
    command: 'task',
    names: (text) => {
      const { value } = parseYaml(text);
      return new Set(isRecord(value) && isRecord(value['tasks']) ? Object.keys(value['tasks']) : []);
    },
  },
];

/** What a task runner has under the names that everybody uses. Only offered: who knows what else they do. */
export function taskCommands(files: ProjectFiles): readonly Suggestion[] {
  return RUNNERS.flatMap(({ files: candidates, command, names }) => {
    const file = candidates.find((name) => files.names.has(name));
    if (file === undefined) return [];
    const known = names(files.text(file));
    return CHECKS.filter((name) => known.has(name)).map((name) => possible(`${command} ${name}`, file));
  });
}
