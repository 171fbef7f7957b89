import { UNITS } from './units.js';

const WHOLE = /^-?\s*(?:\d+(?:\.\d+)?\s*(?:ms|[dhms])\s*)+$/;
const PART = /(\d+(?:\.\d+)?)\s*(ms|[dhms])\s*/g;

/** Milliseconds of a text such as "1h 30m". Throws on anything else. */
export function parse(text) {
  if (typeof text !== 'string') throw new TypeError(`a duration is a text, not ${typeof text}`);
  if (!WHOLE.test(text.trim())) throw new RangeError(`this is no duration: "${text}"`);
  const sign = text.trim().startsWith('-') ? -1 : 1;
  let sum = 0;
  let last = -1;
  for (const [, amount, unit] of text.matchAll(PART)) {
    const at = UNITS.findIndex(([name]) => name === unit);
    if (at <= last) throw new RangeError(`units are given once, from large to small: "${text}"`);
    last = at;
    sum += Number(amount) * UNITS[at][1];
  }
  return sum === 0 ? 0 : sign * sum;
}
