import { line } from '../line.js';
import { pick } from '../pick.js';
import { load, save } from '../store.js';

export const usage = 'todo done NUMBER';
export const about = 'ticks off an item';

export function run([word]) {
  const items = load();
  const item = pick(items, word, usage);
  item.done = true;
  save(items);
  return [line(item)];
}
