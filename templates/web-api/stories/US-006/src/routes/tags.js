export const method = 'GET';
export const path = '/tags';
export const pattern = /^\/tags$/;
export const about = 'how often each tag is used, the most used first';

export function answer({ store }) {
  const counts = new Map();
  for (const tag of store.all().flatMap(({ tags }) => tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const sorted = [...counts].toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b));
  return { status: 200, body: Object.fromEntries(sorted) };
}
