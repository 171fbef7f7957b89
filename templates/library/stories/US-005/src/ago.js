const WORDS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];
const NOW = 5_000;

/** A date in words, seen from `now`: "3 hours ago", "in 2 days", "just now". */
export function ago(date, now = new Date()) {
  const distance = now.getTime() - date.getTime();
  if (Math.abs(distance) < NOW) return 'just now';
  const [word, size] = WORDS.find(([, ms]) => Math.abs(distance) >= ms);
  const amount = Math.floor(Math.abs(distance) / size);
  const words = `${amount} ${word}${amount === 1 ? '' : 's'}`;
  return distance > 0 ? `${words} ago` : `in ${words}`;
}
