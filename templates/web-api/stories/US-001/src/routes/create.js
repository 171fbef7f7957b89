import { checkTags, Refusal } from '../refusal.js';

export const method = 'POST';
export const path = '/links';
export const pattern = /^\/links$/;
export const about = 'saves a link';

export function answer({ store, body }) {
  const { url, tags = [] } = body ?? {};
  if (typeof url !== 'string' || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Refusal(422, 'url has to be an http or https address');
  }
  return { status: 201, body: store.add({ url, tags: checkTags(tags) }) };
}
