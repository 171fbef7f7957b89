import { takeLock } from '../../src/adapters/lock.ts';

/** A process of its own that takes a lock as soon as it is told to, says how that went and waits to be killed. */
const [path = '', runId = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  void takeLock(path, { runId }).then((lock) => {
    process.stdout.write(`${lock.ok ? 'taken' : lock.error.code}\n`);
    if (!lock.ok) return;
    process.stdin.once('data', () => void lock.value.release().then(() => process.exit(0)));
  });
});
process.stdin.once('end', () => process.exit(1));
