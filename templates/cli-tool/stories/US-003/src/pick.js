import { Refusal } from './run.js';

/** The item that a word on the command line means. */
export function pick(items, word, usage) {
  if (!/^\d+$/.test(word ?? '')) throw new Refusal(`usage: ${usage}`, 2);
  const item = items.find(({ number }) => number === Number(word));
  if (item === undefined) throw new Refusal(`there is no item ${word}`, 1);
  return item;
}
