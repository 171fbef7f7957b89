import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { Refusal } from './refusal.js';

/** The service on a store. A route is a file in src/routes/: method, pattern and answer. */
export async function createService(store) {
  const folder = new URL('./routes/', import.meta.url);
  const routes = await Promise.all(
    readdirSync(folder)
      .toSorted()
      .map((name) => import(new URL(name, folder))),
  );
  return createServer((request, response) => {
    answer(request, { store, routes }).then(
      ({ status, body }) => send(response, status, body),
      (error) =>
        send(response, error.status ?? 500, { error: error.status ? error.message : 'this is our mistake' }),
    );
  });
}

async function answer(request, { store, routes }) {
  const url = new URL(request.url, 'http://localhost');
  const fitting = routes.filter(({ pattern }) => pattern.test(url.pathname));
  if (fitting.length === 0) throw new Refusal(404, `there is no ${url.pathname}`);
  const route = fitting.find(({ method }) => method === request.method);
  if (route === undefined) throw new Refusal(405, `${url.pathname} has no ${request.method}`);
  const parts = pattern(route, url);
  return route.answer({ store, routes, url, parts, body: await bodyOf(request) });
}

const pattern = (route, url) => route.pattern.exec(url.pathname).slice(1);

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString());
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
