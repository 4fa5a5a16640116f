const TICK_MS = 100;

/**
 * Seconds that passed while this process was running: stopped (SIGSTOP) and continued with all that it measures, its time stands still,
 * so a long measurement can give way to others. To a tenth of a second. @returns {() => number}
 */
export function stopwatch() {
  let passed = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    passed += Math.min(now - last, 10 * TICK_MS);
    last = now;
    return passed / 1000;
  };
  setInterval(look, TICK_MS).unref();
  return look;
}
