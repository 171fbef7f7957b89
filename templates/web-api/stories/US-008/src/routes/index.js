export const method = 'GET';
export const path = '/';
export const pattern = /^\/$/;
export const about = 'this list';

export const answer = ({ routes }) => ({
  status: 200,
  body: routes.map(({ method, path, about }) => ({ method, path, about })),
});
