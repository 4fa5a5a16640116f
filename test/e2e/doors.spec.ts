import { expect, importColours, test } from './kit.ts';

test('the token leaves the address bar and becomes a cookie that scripts cannot read', async ({ page, served }) => {
  await page.goto(served.url);
  expect(new URL(page.url()).search).toBe('');
  const cookies = await page.context().cookies();
  expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }]);
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

test('a page without the token explains what to do', async ({ page, served }) => {
  const answer = await page.goto(new URL('/', served.url).href);
  expect(answer!.status()).toBe(401);
  await expect(page.getByText('Open the one that Twinlens printed')).toBeVisible();
});

test('every window receives the event of an import', async ({ page, context, served }) => {
  const nextChange = (at: typeof page) =>
    at.evaluate(
      () =>
        new Promise<string>((done) => {
          new EventSource('events').addEventListener('changed', (message: MessageEvent<string>) => {
            if (message.data.includes('datasets')) done(message.data); // not a change of the settings' route
          });
        }),
    );
  await page.goto(served.url);
  const other = await context.newPage();
  await other.goto(served.url);
  const both = Promise.all([nextChange(page), nextChange(other)]);
  await page.waitForTimeout(500);
  await importColours(served);
  for (const data of await both) expect(data).toContain('datasets');
});

test('eight windows share one event stream', async ({ page, context, served }) => {
  const streams: string[] = [];
  context.on('request', (request) => {
    if (new URL(request.url()).pathname === '/events') streams.push(request.url());
  });
  await page.goto(served.url);
  const others = await Promise.all(Array.from({ length: 7 }, () => context.newPage()));
  for (const other of others) await other.goto(new URL('/', served.url).href);
  const windows = [page, ...others];
  for (const window of windows) await expect(window.getByRole('navigation').first()).toBeVisible();
  expect(streams).toHaveLength(1);
  await importColours(served, 4, 'for-all');
  for (const window of windows) {
    await window.evaluate(() => (location.hash = '#/images?sheet=datasets'));
    await expect(window.getByText('for-all').first()).toBeVisible();
  }
  // The window that listens closes: another takes over, and reloads what it may have missed.
  await page.close();
  await expect.poll(() => streams.length).toBe(2);
  await importColours(served, 4, 'afterwards');
  for (const window of others) await expect(window.getByText('afterwards').first()).toBeVisible();
});
