import { Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';

/**
 * Counts how often blocks of code run, as V8 counts them: the same on every machine and under any load, unlike a time. Import this
 * file before the code to count has run: V8 counts only what it compiles afterwards. The rest of the process is slow, so
 * vitest.config.ts gives each test that imports this file a process of its own. Native loops (of sort, of fill) count by the callbacks
 * that they call.
 */
for (const compiler of ['turbofan', 'maglev']) setFlagsFromString(`--no-${compiler}`); // they inline calls without counting them
const session = new Session();
session.connect();
post('Profiler.enable');
post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** Runs `work`; returns how often blocks ran in the source files whose paths end like one of `files`. */
export function stepsOf(files: readonly string[], work: () => unknown): number {
  countsSince();
  work();
  let steps = 0;
  for (const { url, count } of countsSince()) if (files.some((file) => url.endsWith(file))) steps += count;
  if (steps === 0) throw new Error(`Nothing was counted in ${files.join(', ')}.`);
  return steps;
}

/** Counts since the call before. */
function countsSince(): { url: string; count: number }[] {
  const counts: { url: string; count: number }[] = [];
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error) throw error;
    for (const { url, functions } of result) {
      for (const { ranges } of functions) for (const { count } of ranges) counts.push({ url: url.split('?')[0]!, count });
    }
  });
  return counts;
}

function post(method: 'Profiler.enable' | 'Profiler.startPreciseCoverage', params: object = {}): void {
  session.post(method, params, (error: Error | null) => {
    if (error) throw error;
  });
}
