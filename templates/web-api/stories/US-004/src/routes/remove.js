import { findLink } from '../find-link.js';

export const method = 'DELETE';
export const path = '/links/ID';
export const pattern = /^\/links\/(\d+)$/;
export const about = 'deletes a link';

export function answer({ store, parts: [id] }) {
  store.remove(findLink(store, id).id);
  return { status: 204 };
}
