import { findLink } from '../find-link.js';
import { checkTags } from '../refusal.js';

export const method = 'PATCH';
export const path = '/links/ID';
export const pattern = /^\/links\/(\d+)$/;
export const about = 'changes the tags of a link';

export function answer({ store, parts: [id], body }) {
  const link = { ...findLink(store, id), tags: checkTags(body?.tags) };
  store.replace(link.id, link);
  return { status: 200, body: link };
}
