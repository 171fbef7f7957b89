import { pick } from '../pick.js';
import { load, save } from '../store.js';

export const usage = 'todo remove NUMBER';
export const about = 'drops an item';

export function run([word]) {
  const items = load();
  const gone = pick(items, word, usage);
  save(items.filter((item) => item !== gone));
  return [`removed: ${gone.text}`];
}
