import { UNITS } from './units.js';

/** A text such as "1h 30m" for milliseconds. */
export function format(ms) {
  if (ms === 0) return '0ms';
  let left = Math.abs(ms);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(left / size);
    left -= amount * size;
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return (ms < 0 ? '-' : '') + parts.join(' ');
}
