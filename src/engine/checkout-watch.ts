import { list } from '../domain/words.ts';
import type { Git, WorktreeFacts } from './ports.ts';

/**
 * Sees what changes in the checkout of the person while a run goes on. Nobody can tell an agent that strays from a
 * person who goes on working, so it never fails an attempt: it is said, and nothing of it ever counts as work.
 */
export class CheckoutWatch {
  readonly #git: Git;
  readonly #own: string;
  #known: WorktreeFacts | null = null;

  /** `own`: the path that `teams` itself writes. */
  constructor(git: Git, own: string) {
    this.#git = git;
    this.#own = own;
  }

  /** What changed since the last look, for people; null when nothing did. The first look only remembers. */
  async look(): Promise<string | null> {
    const before = this.#known;
    const now = await this.#git.checkoutFacts();
    this.#known = now;
    if (before === null) return null;
    const known = new Set(before.dirty);
    const paths = now.dirty.filter((path) => !known.has(path) && path !== this.#own);
    const said = [
      ...(paths.length === 0 ? [] : [`newly changed: ${list(paths)}`]),
      ...(now.branch === before.branch ? [] : [`now on ${now.branch ?? 'a detached HEAD'}`]),
      ...(now.branch === before.branch && now.head !== before.head
        ? [`${now.branch ?? 'HEAD'} moved to ${now.head?.slice(0, 12) ?? 'nothing'}`]
        : []),
    ];
    return said.length === 0 ? null : said.join('; ');
  }
}
