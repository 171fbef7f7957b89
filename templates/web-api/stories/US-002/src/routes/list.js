export const method = 'GET';
export const path = '/links';
export const pattern = /^\/links$/;
export const about = 'all links, oldest first';

export const answer = ({ store }) => ({ status: 200, body: store.all() });
