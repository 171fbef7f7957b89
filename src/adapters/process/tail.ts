import { printable } from '../../domain/printable.ts';

/** Four bytes are the longest character of UTF-8; escape sequences that `printable` removes take some room as well. */
const BYTES_PER_UNIT = 4;

/** The end of an output, in bounded memory. */
export interface Tail {
  push(bytes: Buffer): void;
  /** Printable, at most `max` characters. */
  text(): string;
}

export function keepTail(max: number): Tail {
  const room = max * BYTES_PER_UNIT;
  const kept = Buffer.alloc(room * 2);
  let length = 0;
  return {
    push(bytes) {
      const part = bytes.length > room ? bytes.subarray(bytes.length - room) : bytes;
      if (length + part.length > kept.length) {
        kept.copyWithin(0, length - room, length);
        length = room;
      }
      length += part.copy(kept, length);
    },
    text() {
      const whole = printable(kept.subarray(0, length).toString('utf8'), { multiline: true }).trim();
      if (whole.length <= max) return whole;
      // The cut may have gone through a surrogate pair.
      return whole.slice(-max).replace(/^[\udc00-\udfff]/, '');
    },
  };
}
