import { UNITS } from './units.js';

/** A text such as "1h 30m" for milliseconds. `parts`: at most so many units, the last one rounded. */
export function format(ms, { parts = UNITS.length } = {}) {
  if (!Number.isInteger(parts) || parts < 1)
    throw new RangeError(`parts is a whole number from 1, not ${parts}`);
  let left = rounded(Math.abs(ms), parts);
  if (left === 0) return '0ms';
  const texts = [];
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(left / size);
    left -= amount * size;
    if (amount > 0) texts.push(`${amount}${unit}`);
  }
  return (ms < 0 ? '-' : '') + texts.join(' ');
}

/** To the smallest unit that is shown. */
function rounded(ms, parts) {
  const first = UNITS.findIndex(([, size]) => ms >= size);
  const [, size] = UNITS[Math.min(first + parts, UNITS.length) - 1] ?? ['ms', 1];
  return Math.round(ms / size) * size;
}
