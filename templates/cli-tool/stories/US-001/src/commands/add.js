import { Refusal } from '../run.js';
import { load, save } from '../store.js';

export const usage = 'todo add TEXT';
export const about = 'notes something down';

export function run(words) {
  const text = words.join(' ').trim();
  if (text === '') throw new Refusal(`usage: ${usage}`, 2);
  const items = load();
  const number = Math.max(0, ...items.map((item) => item.number)) + 1;
  save([...items, { number, text, done: false }]);
  return [`${number}  ${text}`];
}
