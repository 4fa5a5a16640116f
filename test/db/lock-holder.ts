// A second Twinlens process for the lock's tests: opens a store, prints the result, and runs until stdin ends.
import { openStore } from '../../src/main/db/store.ts';
import { openWorkspace } from '../../src/main/foundation/workspace.ts';
import { someConfig, someDataset } from './records.ts';

const [folder, mode, command] = process.argv.slice(2);
try {
  const store = openStore(openWorkspace(folder), { write: mode === 'write', command: command ?? 'test' });
  if (mode === 'write') {
    store.datasets.insert(someDataset());
    store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions: {} });
  }
  console.log(JSON.stringify({ pid: process.pid, datasets: store.datasets.list().length }));
  process.stdin.on('end', () => store.close()).resume();
} catch (error) {
  console.log(JSON.stringify({ error: { ...(error as object), message: (error as Error).message } }));
}
