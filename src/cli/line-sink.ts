/** Holds lines back until `flush`, the last `limit` of them at the first one. */
export class LineSink {
  readonly #write: (text: string) => void;
  #limit: number;
  #held: string[] = [];

  constructor(write: (text: string) => void, limit = Infinity) {
    this.#write = write;
    this.#limit = limit;
  }

  push(line: string | null): void {
    if (line === null) return;
    this.#held.push(line);
    if (this.#limit === Infinity) {
      if (this.#held.length >= 1000) this.flush();
    } else if (this.#held.length > 2 * this.#limit) this.#held = this.#held.slice(-this.#limit);
  }

  flush(): void {
    const lines = this.#limit === Infinity ? this.#held : this.#held.slice(-this.#limit);
    if (lines.length > 0) this.#write(`${lines.join('\n')}\n`);
    this.#held = [];
    this.#limit = Infinity;
  }
}
