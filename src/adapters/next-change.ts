import { type FSWatcher, watch } from 'node:fs';

/** Changes come in bursts; one look at the files serves them all. In milliseconds. */
const BURST = 50;
/** Some file systems tell of no change, and the end of a process is none. In milliseconds. */
const LOOK_ANYWAY = 2000;

export interface Change {
  readonly happened: Promise<void>;
  cancel(): void;
}

/** The next change of a file in one of these folders; those that do not exist yet are left out. */
export function nextChange(folders: readonly string[]): Change {
  const watchers: FSWatcher[] = [];
  const timers: NodeJS.Timeout[] = [];
  const cancel = (): void => {
    for (const watcher of watchers) watcher.close();
    for (const timer of timers) clearTimeout(timer);
  };
  const happened = new Promise<void>((resolve) => {
    const soon = (): void => {
      if (timers.length === 1) timers.push(setTimeout(done, BURST));
    };
    const done = (): void => {
      cancel();
      resolve();
    };
    timers.push(setTimeout(done, LOOK_ANYWAY));
    for (const folder of folders) {
      try {
        // An error later on, such as a folder that goes away, is a change like any other.
        watchers.push(watch(folder, soon).on('error', soon));
      } catch {
        // Not there yet, or no watches left on this machine: the look after a while finds what is new.
      }
    }
  });
  return { happened, cancel };
}
