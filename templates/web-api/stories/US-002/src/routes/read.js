import { findLink } from '../find-link.js';

export const method = 'GET';
export const path = '/links/ID';
export const pattern = /^\/links\/(\d+)$/;
export const about = 'one link';

export const answer = ({ store, parts: [id] }) => ({ status: 200, body: findLink(store, id) });
