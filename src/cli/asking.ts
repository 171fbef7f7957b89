import { printable } from '../domain/printable.ts';

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

/** Questions to a person at a terminal. Null is the answer of somebody who left, with Ctrl-C, Ctrl-D or Escape. */
export interface Asking {
  choose<T>(question: string, choices: readonly Choice<T>[], initial: T): Promise<T | null>;
  /** Any number of them, none too. */
  chooseSome<T>(
    question: string,
    choices: readonly Choice<T>[],
    initial: readonly T[],
  ): Promise<readonly T[] | null>;
  /** `wrong` says what is wrong with a text, or null. */
  text(
    question: string,
    options: { readonly initial?: string; readonly wrong?: (text: string) => string | null },
  ): Promise<string | null>;
  confirm(question: string): Promise<boolean | null>;
  say(text: string): void;
}

/** Whether there is somebody who can be asked: keys arrive, and a screen that can be redrawn shows the questions. */
export const canAsk = (env: NodeJS.ProcessEnv): boolean =>
  process.stdin.isTTY && process.stdout.isTTY && env['TERM'] !== 'dumb';

/** Asks on the terminal of this process, under a title. Loaded late: most commands ask nothing. */
export async function openAsking(title: string): Promise<Asking> {
  const { confirm, intro, isCancel, log, multiselect, select, text } = await import('@clack/prompts');
  const answered = async <T>(
    question: (signal: AbortSignal) => Promise<T>,
  ): Promise<Exclude<T, symbol> | null> => {
    const left = new AbortController();
    const leave = (): void => left.abort();
    // Ctrl-D ends the input without an answer: nothing is left to wait for then, and the process would end with 0.
    process.once('beforeExit', leave);
    try {
      const answer = await question(left.signal);
      return isCancel(answer) ? null : (answer as Exclude<T, symbol>);
    } finally {
      process.off('beforeExit', leave);
    }
  };
  // By their place, because values may be objects, or the same text twice.
  const options = (choices: readonly Choice<unknown>[]) =>
    choices.map(({ label, hint }, value) => ({
      value,
      label: printable(label),
      ...(hint === undefined ? {} : { hint: printable(hint) }),
    }));
  intro(printable(title));
  return {
    async choose(question, choices, initial) {
      const initialValue = choices.findIndex(({ value }) => value === initial);
      const place = await answered((signal) =>
        select({
          signal,
          message: printable(question),
          options: options(choices),
          ...(initialValue === -1 ? {} : { initialValue }),
        }),
      );
      return place === null ? null : (choices[place]?.value ?? null);
    },
    async chooseSome(question, choices, initial) {
      const initialValues = choices.flatMap(({ value }, index) => (initial.includes(value) ? [index] : []));
      const places = await answered((signal) =>
        multiselect({
          signal,
          message: printable(question),
          options: options(choices),
          initialValues,
          required: false,
        }),
      );
      return places === null
        ? null
        : choices.filter((_, index) => places.includes(index)).map(({ value }) => value);
    },
    async text(question, { initial = '', wrong = () => null }) {
      const typed = await answered((signal) =>
        text({
          signal,
          message: printable(question),
          initialValue: printable(initial),
          validate: (given = '') => wrong(given.trim()) ?? undefined,
        }),
      );
      return typed?.trim() ?? null;
    },
    async confirm(question) {
      return answered((signal) => confirm({ signal, message: printable(question) }));
    },
    say: (words) => log.message(printable(words, { multiline: true })),
  };
}
