/** Ctrl-C, a plain kill, a terminal that goes away, and Ctrl-\, which would leave every session alive. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Until the returned function is called: Ctrl-C and the like are `asked`, the second one is `insisted`. A
 * terminal that goes away never insists, however often that is told: by its shell, by the kernel, and by whatever is
 * written to it. `asked` may come again.
 */
export function onStopSignals(asked: () => void, insisted: () => void): () => void {
  let wishes = 0;
  const told = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGHUP') wishes += 1;
    if (wishes > 1) insisted();
    else asked();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, told);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, told);
  };
}
