/**
 * What in a criterion can be looked at: words that name a result, and things a person can measure, run or open.
 */

/** Words that are hardly ever anything but the result of a behaviour; base forms such as "log" are mostly nouns. */
const RESULTS = [
  'returns?|returned|prints|printed|shows?|shown|displays?|displayed|exits|fails|rejects|rejected|refuses|refused',
  'raises|raised|throws|thrown|answers|answered|responds with|redirects|redirected|writes|written|creates|created',
  'adds|added|deletes|deleted|removes|removed|contains|includes|equals|sends|sent|stores|stored|saves|saved',
  'appears?|disappears?|renders|rendered|hides|hidden|visible|disables|disabled|enables|enabled',
  'highlights|highlighted|sorts(?! of\\b)|sorted|navigates|emits|emitted|warns|warned|compiles|compiled|passes',
  'accepts|accepted|ignores|ignored|skips|skipped|says|lists|listed|opens|closes|updates|updated|logs|logged',
  'blocks|blocked|resets|restores|restored|survives|expires|triggers|triggered|receives|received',
  // By themselves these say which ones are meant, as in "expired links"; said of something they are a result.
  '(?:is|are|was|were|gets?|be|been) (?:closed|contained|expired|failed|included|opened|passed|reset)',
].join('|');

const RESULT = new RegExp(`\\b(?:${RESULTS})\\b`, 'i');

const LIMIT =
  /\b(?:never|cannot|can't|does not|do not|is not|are not|no longer|unchanged|identical|exactly|at most|at least|less than|fewer than|more than|within|instead of)\b/i;

/** A number that stands alone, a literal, a command line option, a call, a path or a file name. */
const MEASURE = /(?<![\w.])\d|["'`“”„«»]|(?:^|\s)--?[a-z]|\w\(\)|\w\/\w|(?:^|\s)\/\w|\w\.[a-z]{1,5}\b/i;

const TIME_OR_SIZE =
  /\d\s?(?:ms|s|sec|secs|seconds?|m|min|mins|minutes?|hours?|%|percent|fps|hz|px|[kmg]i?b|x|times|rps|req)\b|\d\s?%|\b(?:a|one|half a) (?:second|minute|frame)\b|\b(?:under|below|within|less than|at most|up to|no more than) \d|\bO\(/i;

const LITERAL = /["`“”„«»]|(?:^|\s)--[a-z]|\w\/\w|\w\.(?:[cm]?[jt]sx?|py|go|rs|sh|java|rb|md|json|ya?ml)\b/i;

export const namesResult = (text: string): boolean => RESULT.test(text) || LIMIT.test(text);

export const namesMeasure = (text: string): boolean => MEASURE.test(text);

/** What "fast" can be held against: a plain number may be the size of the input. */
export const namesSpeed = (text: string): boolean => TIME_OR_SIZE.test(text) || LITERAL.test(text);

/** Parts of a criterion that contain the word for a result. */
export const resultsIn = (text: string): number =>
  text.split(/\band\b|;|\bplus\b/i).filter((part) => RESULT.test(part)).length;

/** Quoted text and code blanked out, so that no rule reads them as the words of the author. Positions stay. */
export const withoutQuotes = (text: string): string =>
  text.replace(QUOTED, (quoted) => ' '.repeat(quoted.length));

/** Bounded: a text of nothing but opening quotes is no reason to read it again and again. */
const QUOTED =
  /"[^"]{0,300}"|`[^`]{0,300}`|“[^”]{0,300}”|„[^“”]{0,300}[“”]|«[^»]{0,300}»|(?<![\p{L}\d])'[^']{0,300}'(?![\p{L}\d])/gu;
