import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fail, ok, type Outcome } from '../domain/problem.ts';
import { storing } from './storage-error.ts';

/**
 * Has a person edit a text in a file, with their own editor and environment. Words of VISUAL or EDITOR are arguments, as
 * in "code --wait"; no shell sees them.
 */
export async function editFile(path: string, text: string, env: NodeJS.ProcessEnv): Promise<Outcome<string>> {
  await storing(path, () => writeFile(path, `${text.trimEnd()}\n`, { mode: 0o600 }));
  const editor = (env['VISUAL']?.trim() || env['EDITOR']?.trim() || 'vi').split(/\s+/);
  const [program = 'vi', ...args] = editor;
  // Ctrl-C is meant for whoever has the terminal.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  const ended = await new Promise<string | null>((resolve) => {
    const child = spawn(program, [...args, path], { env, stdio: 'inherit' });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? null : `it ended with ${code ?? signal}`));
  });
  process.off('SIGINT', ignore);
  if (ended === null) return ok(await storing(path, () => readFile(path, 'utf8')));
  return fail({
    code: 'editor-failed',
    what: `the editor ${JSON.stringify(editor.join(' '))} did not do its work: ${ended}`,
    why: 'it comes from VISUAL, EDITOR, or is vi; the text stays as it was',
    fix: 'set EDITOR to a program that waits until the file is closed, such as: EDITOR="code --wait"',
  });
}
