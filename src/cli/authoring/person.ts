import { type Asking, canAsk, openAsking } from '../asking.ts';

/** Whoever started the command. */
export interface Person {
  readonly canBeAsked: boolean;
  /** The title of the command is shown with the first question. */
  ask(): Promise<Asking>;
}

export function personAt(env: NodeJS.ProcessEnv, title: string): Person {
  let asking: Promise<Asking> | null = null;
  return { canBeAsked: canAsk(env), ask: () => (asking ??= openAsking(title)) };
}
