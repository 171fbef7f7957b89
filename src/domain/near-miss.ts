/**
 * The candidate that was probably meant, or null. Differences of case, separators and 0/O or 1/l/I hardly count;
 * `limit` bounds all others.
 */
export function nearMiss(
  text: string,
  candidates: Iterable<string>,
  // One letter for another is a different name, not a slip.
  limit = text.length === 1 ? 0 : text.length <= 3 ? 1 : text.length <= 9 ? 2 : 3,
): string | null {
  if (text.length === 0 || text.length > 100) return null;
  const folded = fold(text);
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) > limit + 2) continue;
    const other = fold(candidate);
    if (other === folded) return candidate;
    const distance = editDistance(folded, other, bestDistance);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

const fold = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[\s._-]/g, '')
    .replace(/o/g, '0')
    .replace(/[il]/g, '1');

/** Insertions, deletions, replacements and swaps of neighbours; `limit` when it is not below that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let lowest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j - 1] ?? 0) + (same ? 0 : 1), (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
      if (cost < lowest) lowest = cost;
    }
    if (lowest >= limit) return limit;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit;
}
