import { Refusal } from './refusal.js';

/** The link that a path names. */
export function findLink(store, id) {
  const link = store.find(Number(id));
  if (link === undefined) throw new Refusal(404, `there is no link ${id}`);
  return link;
}
