import { line, slug } from './words.ts';

/** What a heading or an entry calls its work. */
export interface Name {
  readonly title: string;
  /** An id that the text gives itself, such as AUTH-12; null: none. */
  readonly id: string | null;
  /** The number of "Epic 3: …", "Phase 3: …" or "3. …"; null: none. Numbers move, so they are no ids. */
  readonly number: string | null;
  readonly slug: string;
}

const OWN_ID = /^\[?([A-Z][A-Z0-9]{0,15}-\d{1,6})\]?(?:\s*[:.)\u2013\u2014-]\s*|\s+|$)/;
const COUNTED =
  /^(?:(?:user[ -])?story|epic|phase|feature|milestone|step|part|(?:sub)?task|section)\s+(\d{1,4}(?:\.\d{1,4}){0,4})(?:\s*[:.)\u2013\u2014-]\s*|\s+|$)/i;
const NUMBERED = /^(\d{1,4}(?:\.\d{1,4}){0,4})(?:[.)]\s+|\s*[:\u2013\u2014-]\s+|\s+)/;

/** What templates put behind a heading. */
const REMARK = /(?<!\s)\s*\*?\((?:mandatory|optional|priority:?\s*P?\d)\)\*?\s*$/i;

export function nameOf(raw: string): Name {
  const text = line(raw).replace(REMARK, '');
  const own = OWN_ID.exec(text);
  if (own !== null) {
    const title = text.slice(own[0].length).trim() || text;
    return { title, id: own[1] ?? null, number: null, slug: slug(title) };
  }
  const counted = COUNTED.exec(text) ?? NUMBERED.exec(text);
  const title = counted === null ? text : text.slice(counted[0].length).trim() || text;
  return { title, id: null, number: counted?.[1] ?? null, slug: slug(title) };
}

/** `**Title** - the rest`, `Title: the rest` or one sentence. */
export function titleAndRest(raw: string): { readonly title: string; readonly rest: string } {
  const bold = /^(?:\*\*|__)(.{1,200}?)(?:\*\*|__)\s*[:.\u2013\u2014-]*\s*(.*)$/.exec(raw);
  if (bold !== null && /\w/.test(bold[1] ?? '')) {
    return { title: (bold[1] ?? '').replace(/[:.]$/, ''), rest: bold[2] ?? '' };
  }
  // "Task 1: Sign in" counts, it is no title with something to say about it.
  const count = COUNTED.exec(raw)?.[0] ?? '';
  const colon = /^([^:`(]{3,80}):\s+(\S.*)$/.exec(raw.slice(count.length));
  if (colon === null) return { title: raw, rest: '' };
  return { title: `${count}${colon[1] ?? ''}`, rest: colon[2] ?? '' };
}
