import { Refusal } from '../refusal.js';

export const method = 'GET';
export const path = '/search?q=WORD';
export const pattern = /^\/search$/;
export const about = 'links with a word in their url or tags';

export function answer({ store, url }) {
  const wanted = url.searchParams.get('q')?.toLowerCase() ?? '';
  if (wanted === '') throw new Refusal(422, 'q is missing: the word to look for');
  const found = store
    .all()
    .filter((link) => [link.url, ...link.tags].some((text) => text.toLowerCase().includes(wanted)));
  return { status: 200, body: found };
}
