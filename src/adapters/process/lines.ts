/** A longer line is skipped: it holds no activity worth its memory. In bytes. */
const LINE_LIMIT = 256 * 1024;
const NEWLINE = 0x0a;
const BRACE = 0x7b;

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Hands out what came after the last newline. */
  end(): void;
}

/** The bytes are only valid during the call. */
export interface LineConsumer {
  /** One line that begins with a brace. */
  json(line: Buffer): void;
  /** Other lines, several at once: a flood of text costs little more than the search for its newlines. */
  text(lines: Buffer): void;
}

/** Cuts a stream into lines without decoding it. */
export function splitLines(consumer: LineConsumer): LineSplitter {
  let held: Buffer[] = [];
  let heldLength = 0;
  let skipping = false;

  const reset = (skipRest: boolean): void => {
    held = [];
    heldLength = 0;
    skipping = skipRest;
  };
  const hold = (part: Buffer): void => {
    if (skipping || part.length === 0) return;
    heldLength += part.length;
    if (heldLength > LINE_LIMIT) reset(true);
    else held.push(part);
  };
  const finishHeld = (): void => {
    const line = Buffer.concat(held);
    reset(false);
    if (line[0] === BRACE) consumer.json(line);
    else if (line.length > 0) consumer.text(line);
  };

  return {
    push(chunk) {
      let start = 0;
      if (heldLength > 0 || skipping) {
        const end = chunk.indexOf(NEWLINE);
        hold(end === -1 ? chunk : chunk.subarray(0, end));
        if (end === -1) return;
        finishHeld();
        start = end + 1;
      }
      let textStart = start;
      for (let end = chunk.indexOf(NEWLINE, start); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        if (chunk[start] === BRACE) {
          if (textStart < start) consumer.text(chunk.subarray(textStart, start));
          consumer.json(chunk.subarray(start, end));
          textStart = end + 1;
        }
        start = end + 1;
      }
      if (textStart < start) consumer.text(chunk.subarray(textStart, start));
      hold(chunk.subarray(start));
    },
    end: finishHeld,
  };
}
