const TICK_MS = 100;

/**
 * Seconds during which this process ran, to a tenth of a second. While it is stopped (SIGSTOP) together with the processes that it
 * measures, no time counts, so a long measurement can be paused. @returns {() => number}
 */
export function stopwatch() {
  let passed = 0;
  let last = performance.now();
  const read = () => {
    const now = performance.now();
    passed += Math.min(now - last, 10 * TICK_MS);
    last = now;
    return passed / 1000;
  };
  setInterval(read, TICK_MS).unref();
  return read;
}
