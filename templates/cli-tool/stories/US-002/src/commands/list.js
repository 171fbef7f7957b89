import { line } from '../line.js';
import { load } from '../store.js';

export const usage = 'todo list';
export const about = 'shows what is to do';

export function run() {
  const items = load();
  return items.length === 0 ? ['nothing to do'] : items.map(line);
}
