import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const file = () => process.env.TODO_FILE ?? join(homedir(), 'todo.json');

/** The items, oldest first: { number, text, done }. None when there is no file yet. */
export function load() {
  let text;
  try {
    text = readFileSync(file(), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return JSON.parse(text);
}

/** Whoever reads the file sees the old list or the new one. */
export function save(items) {
  const beside = `${file()}.new`;
  writeFileSync(beside, `${JSON.stringify(items, null, 2)}\n`);
  renameSync(beside, file());
}
