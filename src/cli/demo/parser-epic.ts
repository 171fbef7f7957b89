import type { DemoEpic } from './epic.ts';

export const parserEpic: DemoEpic = {
  id: 'EPIC-002',
  title: 'One line per book',
  description: 'Read a book from one line that is quick to type: Dune by Frank Herbert #scifi *5',
  dependsOn: [],
  stories: [
    {
      id: 'US-003',
      title: 'Read title, author and tags',
      description: 'As a reader, I want to type a book as I would write it on a slip of paper',
      criteria: ['The last " by " parts title and author', 'Words with # are tags, in small letters'],
      takes: 400,
      write: {
        'src/parse-line.js': String.raw`/** Reads "Dune by Frank Herbert #scifi". The last " by " counts: there are titles with one. */
export function parseLine(line) {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const isTag = (word) => word.length > 1 && word.startsWith('#');
  const text = words.filter((word) => !isTag(word)).join(' ');
  const at = text.lastIndexOf(' by ');
  return {
    title: at === -1 ? text : text.slice(0, at),
    ...(at !== -1 && { author: text.slice(at + 4) }),
    tags: words.filter(isTag).map((word) => word.slice(1).toLowerCase()),
  };
}
`,
        'test/parse-line.test.js': String.raw`import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLine } from '../src/parse-line.js';

test('title, author and tags', () => {
  const { title, author, tags } = parseLine('Step by Step by Ann Lee  #Cooking #quick');
  assert.deepEqual([title, author, tags], ['Step by Step', 'Ann Lee', ['cooking', 'quick']]);
});

test('an author need not be known', () => {
  assert.deepEqual(parseLine('Beowulf').author, undefined);
});
`,
      },
      tries: 'test/parse-line.test.js',
      evidence: 'src/parse-line.js; test/parse-line.test.js reads a title that has " by " in it',
    },
    {
      id: 'US-004',
      title: 'Read the rating, and refuse a wrong one',
      description: 'As a reader, I want to rate a book with one to five stars',
      criteria: ['*1 to *5 is the rating', 'Any other rating is an error that says what is allowed'],
      takes: 400,
      write: {
        'src/parse-line.js': String.raw`/** Reads "Dune by Frank Herbert #scifi *5". The last " by " counts: there are titles with one. */
export function parseLine(line) {
  const words = line.split(/\s+/).filter((word) => word !== '');
  const isTag = (word) => word.length > 1 && word.startsWith('#');
  const isRating = (word) => /^\*\d+$/.test(word);
  const text = words.filter((word) => !isTag(word) && !isRating(word)).join(' ');
  const at = text.lastIndexOf(' by ');
  return {
    title: at === -1 ? text : text.slice(0, at),
    ...(at !== -1 && { author: text.slice(at + 4) }),
    tags: words.filter(isTag).map((word) => word.slice(1).toLowerCase()),
    rating: ratingOf(words.find(isRating)),
  };
}

function ratingOf(word) {
  if (word === undefined) return null;
  const rating = Number(word.slice(1));
  if (rating < 1 || rating > 5) throw new Error('a rating is *1 to *5, not ' + word);
  return rating;
}
`,
      },
      append: {
        'test/parse-line.test.js': String.raw`
test('a rating is one to five stars, or none', () => {
  assert.equal(parseLine('Dune by Frank Herbert *5').rating, 5);
  assert.equal(parseLine('Dune by Frank Herbert').rating, null);
  for (const wrong of ['*0', '*6']) assert.throws(() => parseLine('Dune ' + wrong), /\*1 to \*5/);
});
`,
      },
      tries: 'test/parse-line.test.js',
      evidence: 'src/parse-line.js; test/parse-line.test.js tries both ends of the range',
    },
  ],
};
