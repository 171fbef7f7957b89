import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../src/run.js';

/** A list of its own for one test: `await todo('add', 'x')` gives exit code and output. */
export function openList(t) {
  const folder = mkdtempSync(join(tmpdir(), 'todo-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'list.json');
  const todo = async (...words) => {
    process.env.TODO_FILE = file;
    const end = { code: 0, out: '', err: '' };
    end.code = await run(words, {
      out: (line) => (end.out += `${line}\n`),
      err: (line) => (end.err += `${line}\n`),
    });
    return end;
  };
  return { file, todo };
}
