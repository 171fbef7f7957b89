import { line } from '../line.js';
import { Refusal } from '../run.js';
import { load } from '../store.js';

export const usage = 'todo find WORD';
export const about = 'shows the items with a word in them';

export function run(words) {
  const wanted = words.join(' ').toLowerCase();
  if (wanted === '') throw new Refusal(`usage: ${usage}`, 2);
  const found = load().filter(({ text }) => text.toLowerCase().includes(wanted));
  if (found.length === 0) throw new Refusal('nothing found', 1);
  return found.map(line);
}
