import type { DemoEpic } from './epic.ts';

/*
 * Two epics that start from the same commit and both add a line to the end of src/commands.js: whichever merges second
 * conflicts. Keeping both lines is right in either order.
 */

export const searchEpic: DemoEpic = {
  id: 'EPIC-003',
  title: 'Search',
  description: 'Find books by words and by tags.',
  dependsOn: ['EPIC-001'],
  stories: [
    {
      id: 'US-005',
      title: 'Search by words',
      description: 'As a reader, I want to find a book by what I remember of it',
      criteria: ['Every word has to be in the title or in the author', 'Capitals do not matter'],
      takes: 500,
      write: {
        'src/search.js': String.raw`import { describe } from './book.js';

/** Books that have every word in their title or author. */
export function search(books, words) {
  const has = (book, word) => (book.title + ' ' + book.author).toLowerCase().includes(word.toLowerCase());
  return books.filter((book) => words.every((word) => has(book, word))).map(describe);
}
`,
        'test/search.test.js': String.raw`import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search } from '../src/commands.js';
import { Shelf } from '../src/shelf.js';

const { books } = new Shelf([
  { title: 'Dune', author: 'Frank Herbert' },
  { title: 'Emma', author: 'Jane Austen' },
]);

test('every word has to match, capitals do not matter', () => {
  assert.deepEqual(search(books, ['dune', 'frank']), ['Dune by Frank Herbert']);
  assert.deepEqual(search(books, ['dune', 'jane']), []);
});
`,
      },
      append: { 'src/commands.js': "export { search } from './search.js';\n" },
      tries: 'test/search.test.js',
      evidence: 'src/search.js; test/search.test.js finds by two words and misses by one',
    },
    {
      id: 'US-006',
      title: 'Search by tag',
      description: 'As a reader, I want to see all books with a tag',
      criteria: ['A word with # finds the books with that tag'],
      takes: 500,
      write: {
        'src/search.js': String.raw`import { describe } from './book.js';

/** Books that have every word in their title or author, and every #tag among their tags. */
export function search(books, words) {
  return books.filter((book) => words.every((word) => has(book, word.toLowerCase()))).map(describe);
}

function has({ title, author, tags }, word) {
  if (word.startsWith('#')) return tags.includes(word.slice(1));
  return (title + ' ' + author).toLowerCase().includes(word);
}
`,
      },
      append: {
        'test/search.test.js': String.raw`
test('a word with # finds a tag, not a part of a title', () => {
  const shelf = new Shelf([{ title: 'Dune', tags: ['scifi'] }, { title: 'How scifi began' }]);
  assert.deepEqual(search(shelf.books, ['#SciFi']), ['Dune by unknown #scifi']);
});
`,
      },
      tries: 'test/search.test.js',
      evidence: 'src/search.js; test/search.test.js tells a tag from a word in a title',
    },
  ],
};

export const statsEpic: DemoEpic = {
  id: 'EPIC-004',
  title: 'Statistics',
  description: 'Say how many books there are and what the reader likes.',
  dependsOn: ['EPIC-001'],
  stories: [
    {
      id: 'US-007',
      title: 'Count books and authors',
      description: 'As a reader, I want to know how large my shelf is',
      criteria: ['Books and different authors are counted', 'An empty shelf is no error'],
      takes: 500,
      write: {
        'src/stats.js': String.raw`/** What can be said about the books in a few lines. */
export function stats(books) {
  const authors = new Set(books.map(({ author }) => author));
  return ['books: ' + books.length, 'authors: ' + authors.size];
}
`,
        'test/stats.test.js': String.raw`import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stats } from '../src/commands.js';
import { Shelf } from '../src/shelf.js';

test('books and authors are counted', () => {
  const { books } = new Shelf([
    { title: 'Emma', author: 'Jane Austen' },
    { title: 'Persuasion', author: 'Jane Austen' },
  ]);
  assert.deepEqual(stats(books).slice(0, 2), ['books: 2', 'authors: 1']);
  assert.deepEqual(stats([]).slice(0, 2), ['books: 0', 'authors: 0']);
});
`,
      },
      append: { 'src/commands.js': "export { stats } from './stats.js';\n" },
      tries: 'test/stats.test.js',
      evidence: 'src/stats.js; test/stats.test.js counts two books of one author, and none',
    },
    {
      id: 'US-008',
      title: 'Average rating and best book',
      description: 'As a reader, I want to know what I liked',
      criteria: ['The average has one decimal', 'Books without a rating do not count'],
      takes: 500,
      write: {
        'src/stats.js': String.raw`/** What can be said about the books in a few lines. */
export function stats(books) {
  const authors = new Set(books.map(({ author }) => author));
  return ['books: ' + books.length, 'authors: ' + authors.size, ...ratings(books)];
}

function ratings(books) {
  const rated = books.filter(({ rating }) => rating !== null);
  if (rated.length === 0) return [];
  const sum = rated.reduce((total, { rating }) => total + rating, 0);
  const best = rated.reduce((one, other) => (other.rating > one.rating ? other : one));
  return ['average rating: ' + (sum / rated.length).toFixed(1), 'best: ' + best.title];
}
`,
      },
      append: {
        'test/stats.test.js': String.raw`
test('books without a rating do not count', () => {
  const { books } = new Shelf([{ title: 'Dune', rating: 5 }, { title: 'Emma', rating: 4 }, { title: 'Beowulf' }]);
  assert.deepEqual(stats(books).slice(2), ['average rating: 4.5', 'best: Dune']);
});
`,
      },
      tries: 'test/stats.test.js',
      evidence: 'src/stats.js; test/stats.test.js has a book without a rating',
    },
  ],
};
