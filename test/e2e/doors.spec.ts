import { expect, importColours, test } from './kit.ts';

test('the token leaves the address bar and becomes a cookie that scripts cannot read', async ({ page, served }) => {
  await page.goto(served.url);
  expect(new URL(page.url()).search).toBe('');
  const cookies = await page.context().cookies();
  expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }]);
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

test('a page without the token says what to do', async ({ page, served }) => {
  const answer = await page.goto(new URL('/', served.url).href);
  expect(answer!.status()).toBe(401);
  await expect(page.getByText('Open the one that Twinlens printed')).toBeVisible();
});

test('a data set that is imported is heard of by every window', async ({ page, context, served }) => {
  const heard = (at: typeof page) =>
    at.evaluate(
      () =>
        new Promise<string>((done) => {
          new EventSource('events').addEventListener('changed', (message: MessageEvent<string>) => done(message.data));
        }),
    );
  await page.goto(served.url);
  const other = await context.newPage();
  await other.goto(served.url);
  const both = Promise.all([heard(page), heard(other)]);
  await page.waitForTimeout(500);
  await importColours(served);
  for (const data of await both) expect(data).toContain('datasets');
});
