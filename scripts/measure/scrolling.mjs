/** Name, speed in px per frame as a function of the frame, number of frames. @type {[string, (n: number) => number, number][]} */
const SCROLLS = [
  ['wheel', () => 60, 90],
  ['fast', () => 140, 90],
  ['fling', (n) => 900 * 0.96 ** n, 140],
  ['scroll bar', () => 40_000, 60],
];

/** Measures and prints how the image grid scrolls. @param {import('@playwright/test').Browser} browser @param {string} url */
export async function measureGrid(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1920, height: 1200 } });
  await page.addInitScript(() => {
    /** @type {number[]} */
    const tasks = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  });
  await page.goto(`${url}#/images`);
  await page.getByRole('listbox', { name: 'Images' }).getByRole('option').first().waitFor();
  await page.waitForTimeout(1500);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  /** Seconds of main-thread time so far, by kind of work. @returns {Promise<Record<string, number>>} */
  const spent = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  for (const size of ['M', 'S']) {
    await page.getByRole('radio', { name: size, exact: true }).click();
    for (const [name, speed, frames] of SCROLLS) {
      await page.evaluate((share) => {
        const list = /** @type {HTMLElement} */ (document.querySelector('[role=listbox][aria-label=Images]'));
        list.scrollTop = share * list.scrollHeight;
      }, Math.random() * 0.7);
      await page.waitForTimeout(1500);
      const before = await spent();
      const { took, tasks, gaps } = await page.evaluate(
        async (steps) => {
          const list = /** @type {HTMLElement} */ (document.querySelector('[role=listbox][aria-label=Images]'));
          const tasks = /** @type {{ longTasks: number[] }} */ (/** @type {unknown} */ (window)).longTasks;
          /** @type {number[]} */
          const gaps = [];
          tasks.length = 0;
          const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
          await frame();
          const started = performance.now();
          let last = started;
          for (const step of steps) {
            list.scrollTop += step;
            await frame();
            gaps.push(performance.now() - last);
            last = performance.now();
          }
          const took = last - started;
          await new Promise((resolve) => setTimeout(resolve, 400));
          return { took, tasks: [...tasks], gaps };
        },
        Array.from({ length: frames }, (_, n) => speed(n)),
      );
      const after = await spent();
      const perFrame = (/** @type {string} */ name) => `${(((after[name] - before[name]) / frames) * 1000).toFixed(1)} ms`;
      const work = `per frame ${perFrame('TaskDuration')} of work: script ${perFrame('ScriptDuration')}, style ${perFrame('RecalcStyleDuration')}, layout ${perFrame('LayoutDuration')}`;
      gaps.sort((a, b) => a - b);
      const long = tasks.length === 0 ? 'no long task' : `${tasks.length} long tasks, the longest ${Math.max(...tasks).toFixed(0)} ms`;
      const worst = gaps.at(-1)?.toFixed(0);
      console.log(`tiles of size ${size}, ${name}: ${((frames / took) * 1000).toFixed(0)} frames/s, longest frame ${worst} ms, ${long}; ${work}`);
    }
  }
  await page.close();
}
