import { UNITS } from './units.js';

const PART = /(\d+(?:\.\d+)?)\s*(ms|[dhms])\s*/g;

/** Milliseconds of a text such as "1h 30m". */
export function parse(text) {
  const size = new Map(UNITS);
  const sign = text.trim().startsWith('-') ? -1 : 1;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(PART)) sum += Number(amount) * size.get(unit);
  return sum === 0 ? 0 : sign * sum;
}
