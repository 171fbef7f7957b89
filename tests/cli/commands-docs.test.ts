import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { programFor } from '../../src/cli/program.ts';

const context = { cwd: '.', stdout: () => {}, stderr: () => {}, color: false, env: {} };

interface Documented {
  readonly name: string;
  readonly flags: readonly string[];
}

/** What `--help` shows; commands that only hold others have nothing of their own. */
function documented(command: Command, name: string): readonly Documented[] {
  const help = command.createHelp();
  const inner = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  if (inner.length > 0) return inner.flatMap((one) => documented(one, `${name} ${one.name()}`));
  const flags = help.visibleOptions(command).flatMap(({ long, short }) => [long, short]);
  return [{ name, flags: flags.flatMap((flag) => flag ?? []).filter((flag) => !/^--?h(elp)?$/.test(flag)) }];
}

test('docs/commands.md has every command with exactly the options that its --help has', async () => {
  const commands = documented(
    programFor(context, () => {}),
    'teams',
  );
  const text = await readFile('docs/commands.md', 'utf8');
  const written = text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const cells = [...section.matchAll(/^\| (`-.*?) \|/gm)].map(([, cell]) => cell ?? '');
      const flags = cells.flatMap((cell) =>
        [...cell.matchAll(/`(--?[a-z][a-z-]*)/g)].map(([, flag]) => flag),
      );
      return { name: /^`(.*)`/.exec(section)?.[1], flags: new Set(flags) };
    });
  const byName = <T extends { readonly name?: string | undefined }>(all: readonly T[]): readonly T[] =>
    all.toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? ''));
  expect(byName(written)).toEqual(
    byName(commands.map(({ name, flags }) => ({ name, flags: new Set(flags) }))),
  );
});
