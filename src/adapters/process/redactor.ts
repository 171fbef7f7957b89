export interface Redaction {
  /** Not empty. */
  readonly secret: Buffer;
  readonly replacement: Buffer;
}

/** Takes secrets out of a stream of bytes, wherever it is cut into chunks. */
export interface StreamRedactor {
  /** What can be handed on; an end that may be the beginning of a secret is kept until the next chunk. */
  push(chunk: Buffer): Buffer;
  /** What was kept. */
  end(): Buffer;
}

const NOTHING = Buffer.alloc(0);

/** The leftmost secret counts, and of those that begin at the same place the longest. */
export function redactor(redactions: readonly Redaction[]): StreamRedactor {
  const all = redactions.toSorted((a, b) => b.secret.length - a.secret.length);
  let kept: Buffer = NOTHING;
  const take = (bytes: Buffer, holdFrom: number): Buffer => {
    const parts: Buffer[] = [];
    let position = 0;
    const next = matchesIn(bytes, all);
    for (let match = next(0); match !== null && match.at < holdFrom; match = next(position)) {
      parts.push(bytes.subarray(position, match.at), match.redaction.replacement);
      position = match.at + match.redaction.secret.length;
    }
    const end = Math.max(position, holdFrom);
    parts.push(bytes.subarray(position, end));
    // Copied: the chunk is the stream's own.
    kept = end === bytes.length ? NOTHING : Buffer.from(bytes.subarray(end));
    return parts.length === 1 ? (parts[0] ?? NOTHING) : Buffer.concat(parts);
  };
  return {
    push(chunk) {
      if (all.length === 0) return chunk;
      const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
      return take(bytes, openEnd(all, bytes));
    },
    end: () => take(kept, kept.length),
  };
}

interface Match {
  readonly at: number;
  readonly redaction: Redaction;
}

/** The next match from a position on, which only ever grows: what was looked for once is not looked for again. */
function matchesIn(bytes: Buffer, all: readonly Redaction[]): (from: number) => Match | null {
  const found = all.map(() => -1);
  return (from) => {
    let best: Match | null = null;
    for (const [index, redaction] of all.entries()) {
      let at = found[index] ?? -1;
      if (at < from) {
        const next = bytes.indexOf(redaction.secret, from);
        at = next === -1 ? Infinity : next;
        found[index] = at;
      }
      if (at < (best?.at ?? Infinity)) best = { at, redaction };
    }
    return best;
  };
}

/** Where the longest end begins that more bytes could make a secret of; the length of `bytes` when there is none. */
function openEnd(all: readonly Redaction[], bytes: Buffer): number {
  let open = bytes.length;
  for (const { secret } of all) {
    const initial = secret[0] ?? 0;
    for (let at = Math.max(0, bytes.length - secret.length + 1); at < open; at += 1) {
      at = bytes.indexOf(initial, at);
      if (at === -1 || at >= open) break;
      const rest = bytes.length - at;
      if (bytes.compare(secret, 0, rest, at) === 0) open = at;
    }
  }
  return open;
}
