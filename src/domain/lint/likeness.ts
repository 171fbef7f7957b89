/** What two stories are compared by: the words that carry meaning, each once, whatever their order. */

const EMPTY = new Set(
  'a an the of to in on at for with and or as by from that this it its is are be been was were i my me we our you your they their so want wants can could should must shall will would may able has have do does'.split(
    ' ',
  ),
);

/** Different words of the same meaning, as PRDs use them. */
const SAME: Readonly<Record<string, string>> = {
  'log in': 'login',
  'logs in': 'login',
  'logged in': 'login',
  'sign in': 'login',
  'signs in': 'login',
  'signed in': 'login',
  'log out': 'logout',
  'logs out': 'logout',
  'sign out': 'logout',
  'signs out': 'logout',
  'sign up': 'register',
  'signs up': 'register',
  'e-mail': 'email',
};
const SAME_PATTERN = new RegExp(`\\b(?:${Object.keys(SAME).join('|')})\\b`, 'g');

export function contentWords(text: string): ReadonlySet<string> {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(SAME_PATTERN, (phrase) => SAME[phrase] ?? phrase);
  const words = plain.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}_./'-]*/gu) ?? [];
  return new Set(words.filter((word) => !EMPTY.has(word)).map(stem));
}

/** "lists", "listed" and "listing" are one word; the shorter a word, the less is taken from it. */
function stem(word: string): string {
  const bare = word.replace(/(?<![./'-])[./'-]+$/, '');
  for (const ending of ['ing', 'ed', 'es', 's']) {
    if (bare.length - ending.length >= 4 && bare.endsWith(ending) && /^[a-z]+$/.test(bare)) {
      return bare.slice(0, -ending.length).replace(/e$/, '');
    }
  }
  return /^[a-z]{5,}e$/.test(bare) ? bare.slice(0, -1) : bare;
}

const BANDS = 8;
const ROWS = 3;

/**
 * Keys such that two sets that have nearly everything in common share at least one with near certainty, and two that
 * have little in common rarely do: bands of minimum hashes.
 */
export function likenessKeys(words: ReadonlySet<string>): readonly string[] {
  const lowest = new Uint32Array(BANDS * ROWS).fill(0xffff_ffff);
  for (const word of words) {
    const hash = hashOf(word);
    for (let i = 0; i < lowest.length; i++) {
      // One strong hash per word, spread by a multiplier per row.
      const mixed = mix(hash ^ Math.imul(i + 1, 0x9e37_79b1));
      if (mixed < (lowest[i] ?? 0)) lowest[i] = mixed;
    }
  }
  return Array.from(
    { length: BANDS },
    (_, band) => `${band}:${lowest.subarray(band * ROWS, (band + 1) * ROWS).join(',')}`,
  );
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  return hash >>> 0;
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
