/**
 * Until the returned function is called: Ctrl-C and the like are `asked`, the second Ctrl-C or SIGTERM is `insisted`. A
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
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, told);
  return () => {
    for (const signal of signals) process.off(signal, told);
  };
}
