import type { DemoEpic } from './epic.ts';

const csv = (cell: string): string => String.raw`const COLUMNS = ['title', 'author', 'tags', 'rating'];

/** A table for spreadsheets, as lines: RFC 4180. */
export function toCsv(books) {
  const rows = books.map((book) => [book.title, book.author, book.tags.join(' '), book.rating ?? '']);
  return [COLUMNS, ...rows].map((row) => row.map(cell).join(','));
}

${cell}`;

export const formatsEpic: DemoEpic = {
  id: 'EPIC-006',
  title: 'Export formats',
  description: 'Turn books into text for other programs. Needs nothing but the shape of a book.',
  dependsOn: [],
  stories: [
    {
      id: 'US-011',
      title: 'CSV for spreadsheets',
      description: 'As a reader, I want to open my shelf in a spreadsheet',
      criteria: [
        'One row per book, below a row of headings',
        'Commas and quotes in a title do not break the row',
      ],
      takes: 450,
      write: {
        // Wrong with commas and quotes, and its lead does not try it: the check of `teams` finds out.
        'src/csv.js': csv('const cell = (value) => String(value);\n'),
        'test/csv.test.js': String.raw`import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBook } from '../src/book.js';
import { toCsv } from '../src/csv.js';

test('one row per book, below the headings', () => {
  const books = [createBook({ title: 'Dune', author: 'Frank Herbert', tags: ['scifi', 'desert'], rating: 5 })];
  assert.deepEqual(toCsv(books), ['title,author,tags,rating', 'Dune,Frank Herbert,scifi desert,5']);
});

test('commas and quotes do not break a row', () => {
  const books = [createBook({ title: 'Me, "Myself" and I' })];
  assert.equal(toCsv(books)[1], '"Me, ""Myself"" and I",unknown,,');
});
`,
      },
      evidence: 'src/csv.js; test/csv.test.js exports a title with a comma and quotes',
    },
    {
      id: 'US-012',
      title: 'Markdown for a web page',
      description: 'As a reader, I want to show my shelf on my page',
      criteria: ['One list item per book, with stars for its rating'],
      takes: 450,
      write: {
        'src/markdown.js': String.raw`/** A list, as lines. */
export function toMarkdown(books) {
  return books.map(({ title, author, rating }) => '- *' + title + '* by ' + author + stars(rating));
}

const stars = (rating) => (rating === null ? '' : ' ' + '★'.repeat(rating));
`,
        'test/markdown.test.js': String.raw`import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBook } from '../src/book.js';
import { toMarkdown } from '../src/markdown.js';

test('one item per book, with its stars', () => {
  const books = [createBook({ title: 'Dune', author: 'Frank Herbert', rating: 3 }), createBook({ title: 'Beowulf' })];
  assert.deepEqual(toMarkdown(books), ['- *Dune* by Frank Herbert ★★★', '- *Beowulf* by unknown']);
});
`,
      },
      tries: 'test/markdown.test.js',
      evidence: 'src/markdown.js; test/markdown.test.js has a book with stars and one without',
    },
  ],
  mending: {
    story: 'US-011',
    title: 'Quote cells that hold a comma, a quote or a line break',
    takes: 450,
    write: {
      'src/csv.js': csv(String.raw`function cell(value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}
`),
    },
    tries: 'test/csv.test.js',
  },
};

const EXPORT_IMPORTS = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as commands from '../src/commands.js';
import { Shelf } from '../src/shelf.js';
`;

const EXPORT_TEST = String.raw`
test('the format can be chosen', () => {
  const { books } = new Shelf([{ title: 'Dune' }]);
  assert.deepEqual(commands.export(books, ['csv']), ['title,author,tags,rating', 'Dune,unknown,,']);
  assert.deepEqual(commands.export(books, []), ['- *Dune* by unknown']);
  assert.throws(() => commands.export(books, ['pdf']), /csv, markdown/);
});
`;

const GUIDE_TEST = String.raw`
test('the guide shows every command', async () => {
  const guide = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  assert.deepEqual(Object.keys(commands), ['export', 'list', 'search', 'stats']);
  for (const name of Object.keys(commands)) assert.ok(guide.includes('shelf ' + name), name + ' is missing');
});
`;

export const exportEpic: DemoEpic = {
  id: 'EPIC-007',
  title: 'Export command and guide',
  description: 'Bring the formats to the command line and tell people about all of it.',
  dependsOn: ['EPIC-005', 'EPIC-006'],
  stories: [
    {
      id: 'US-013',
      title: 'shelf export',
      description: 'As a reader, I want to choose the format when I export',
      criteria: [
        'shelf export csv and shelf export markdown work',
        'Any other format is an error that names these two',
      ],
      takes: 450,
      write: {
        'src/export.js': String.raw`import { toCsv } from './csv.js';
import { toMarkdown } from './markdown.js';

const formats = { csv: toCsv, markdown: toMarkdown };

/** The books in the format that is asked for. */
export function exportBooks(books, [format = 'markdown']) {
  if (!Object.hasOwn(formats, format)) throw new Error('a format is one of ' + Object.keys(formats).join(', '));
  return formats[format](books);
}
`,
        'test/export.test.js': `${EXPORT_IMPORTS}${EXPORT_TEST}`,
      },
      append: { 'src/commands.js': "export { exportBooks as export } from './export.js';\n" },
      tries: 'test/export.test.js',
      evidence: 'src/export.js; test/export.test.js exports both formats and refuses a third',
    },
    {
      id: 'US-014',
      title: 'A guide that is complete',
      description: 'As a newcomer, I want to read what shelf can do',
      criteria: ['README.md shows every command', 'A test fails when a command is missing there'],
      takes: 450,
      write: {
        'README.md': String.raw`# shelf

A reading list for the terminal. Books are kept in ~/.shelf.json, or in the file that SHELF_FILE names.

    shelf add 'Dune by Frank Herbert #scifi *5'
    shelf list
    shelf search dune '#scifi'
    shelf stats
    shelf export csv

The tests run with: node --test
`,
        'test/export.test.js': `import { readFile } from 'node:fs/promises';\n${EXPORT_IMPORTS}${EXPORT_TEST}${GUIDE_TEST}`,
      },
      tries: 'test/export.test.js',
      evidence: 'README.md; test/export.test.js compares it with src/commands.js',
    },
  ],
};
