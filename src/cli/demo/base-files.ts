import type { Files } from './epic.ts';

/** What a person had before `teams` came: a small project with a passing test. */
export const baseFiles: Files = {
  'package.json': String.raw`{
  "name": "shelf",
  "version": "0.1.0",
  "description": "A reading list for the terminal",
  "private": true,
  "type": "module",
  "bin": { "shelf": "bin/shelf.js" },
  "scripts": { "test": "node --test" },
  "engines": { "node": ">=20" }
}
`,
  'README.md': String.raw`# shelf

A reading list for the terminal. Not much of it is there yet: prd.json says what it is going to be.
`,
  'src/book.js': String.raw`/** A book as the shelf keeps it. Throws when it has no title. */
export function createBook({ title, author = 'unknown', tags = [], rating = null }) {
  if (typeof title !== 'string' || title.trim() === '') throw new Error('a book needs a title');
  return { title: title.trim(), author: author.trim(), tags: [...tags], rating };
}

/** One line for people, such as: Dune by Frank Herbert #scifi *5 */
export function describe({ title, author, tags, rating }) {
  const words = [title, 'by', author, ...tags.map((tag) => '#' + tag)];
  if (rating !== null) words.push('*' + rating);
  return words.join(' ');
}
`,
  'src/list.js': String.raw`import { describe } from './book.js';

export const list = (books) => books.map(describe);
`,
  'src/commands.js': String.raw`// Every command by its name: a function of the books, and of the words behind the command, that gives the lines to
// print. A new command goes to the end.
export { list } from './list.js';
`,
  'test/book.test.js': String.raw`import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBook } from '../src/book.js';
import { list } from '../src/commands.js';

test('a book needs a title', () => {
  assert.throws(() => createBook({ title: '  ' }), /needs a title/);
});

test('a list has one line per book', () => {
  const books = [createBook({ title: 'Dune', author: 'Frank Herbert', tags: ['scifi'], rating: 5 })];
  assert.deepEqual(list(books), ['Dune by Frank Herbert #scifi *5']);
});
`,
};
