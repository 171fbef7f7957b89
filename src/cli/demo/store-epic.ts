import type { DemoEpic } from './epic.ts';

const IMPORTS = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Shelf } from '../src/shelf.js';
`;

const FILE_IMPORTS = `import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Shelf } from '../src/shelf.js';
import { load, save } from '../src/store.js';
`;

const ORDER_TESTS = String.raw`
test('books stay in the order in which they came', () => {
  const shelf = new Shelf([{ title: 'Solaris' }, { title: 'Dune' }]);
  assert.deepEqual(shelf.books.map(({ title }) => title), ['Solaris', 'Dune']);
});

test('the same book is refused, one of the same name is not', () => {
  const shelf = new Shelf([{ title: 'Emma', author: 'Jane Austen' }]);
  assert.throws(() => shelf.add({ title: 'Emma', author: 'Jane Austen' }), /already/);
  shelf.add({ title: 'Emma', author: 'Somebody Else' });
  assert.equal(shelf.books.length, 2);
});
`;

const FILE_TEST = String.raw`
test('what was saved is loaded again, and nothing else is left', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'shelf-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'shelf.json');
  assert.deepEqual((await load(file)).books, []);
  const shelf = new Shelf([{ title: 'Dune', author: 'Frank Herbert', tags: ['scifi'], rating: 5 }]);
  await save(file, shelf);
  assert.deepEqual((await load(file)).books, shelf.books);
  assert.deepEqual(await readdir(folder), ['shelf.json']);
});
`;

export const storeEpic: DemoEpic = {
  id: 'EPIC-001',
  title: 'The shelf and its file',
  description: 'Keep books in order, without duplicates, and remember them between two calls.',
  dependsOn: [],
  stories: [
    {
      id: 'US-001',
      title: 'Put books on a shelf',
      description: 'As a reader, I want to put books on a shelf, each only once',
      criteria: ['Books stay in the order in which they came', 'The same book of the same author is refused'],
      takes: 650,
      write: {
        'src/shelf.js': String.raw`import { createBook } from './book.js';

/** Books in the order in which they came, none of them twice. */
export class Shelf {
  #books = [];

  constructor(books = []) {
    for (const book of books) this.add(book);
  }

  get books() {
    return [...this.#books];
  }

  add(fields) {
    const book = createBook(fields);
    const isSame = ({ title, author }) => title === book.title && author === book.author;
    if (this.#books.some(isSame)) throw new Error(book.title + ' is on the shelf already');
    this.#books.push(book);
    return book;
  }
}
`,
        'test/shelf.test.js': `${IMPORTS}${ORDER_TESTS}`,
      },
      tries: 'test/shelf.test.js',
      evidence: 'src/shelf.js; test/shelf.test.js tests the order and the refusal',
    },
    {
      id: 'US-002',
      title: 'Remember the shelf in a file',
      description: 'As a reader, I want to find my books again the next day',
      criteria: [
        'What was saved is loaded again',
        'A missing file is an empty shelf',
        'A file is replaced as a whole',
      ],
      takes: 650,
      write: {
        'src/store.js': String.raw`import { readFile, rename, writeFile } from 'node:fs/promises';
import { Shelf } from './shelf.js';

/** The shelf in a file; a file that does not exist yet is an empty shelf. */
export async function load(file) {
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return new Shelf();
    throw error;
  }
  return new Shelf(JSON.parse(text));
}

/** Writes beside the file and renames, so that nobody ever reads half a shelf. */
export async function save(file, shelf) {
  await writeFile(file + '.new', JSON.stringify(shelf.books, null, 2) + '\n');
  await rename(file + '.new', file);
}
`,
        'test/shelf.test.js': `${FILE_IMPORTS}${ORDER_TESTS}${FILE_TEST}`,
      },
      tries: 'test/shelf.test.js',
      evidence: 'src/store.js; test/shelf.test.js saves, loads and looks for leftovers',
    },
  ],
};
