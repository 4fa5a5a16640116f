import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { parseNpy } from '../../src/main/foundation/npy.ts';
import { valueAt } from '../../src/shared/maps/field.ts';
import { expect, importColours, loseCompute, QUICK, test, trainedRun, type ServedWorkbench } from './kit.ts';
import { axeIn, serious } from './serious.ts';

test.use({ atStart: 'trained' });

/** The compare view in a real browser on the served workbench: drawn images, a quickly trained run. */

/** The two ids of test images of different classes. */
async function twoImages(served: ServedWorkbench, dataset: string): Promise<[number, number]> {
  const { ids } = await served.call('images.find', { dataset, splits: ['test'] });
  const rows = await served.call('images.rows', { dataset, ids: [...ids] });
  return [rows[0]!.id, rows.find((row) => row.className !== rows[0]!.className)!.id];
}

const at = (served: ServedWorkbench, route: string): string => `${served.url}#${route}`;
const ready = (page: Page): Promise<void> => page.locator('[data-verdict]').waitFor();
/** Sum of the signed overlay colour on each image. */
const paint = (page: Page): Promise<number[]> =>
  page.locator('[data-pane] canvas').evaluateAll((list) =>
    list.map((canvas) => {
      const c = canvas as HTMLCanvasElement;
      const { data } = c.getContext('2d')!.getImageData(0, 0, c.width, c.height);
      let sum = 0;
      for (let i = 0; i < data.length; i += 4) sum += data[i + 3]! * (data[i]! - data[i + 2]!); // warm above zero, cool below
      return c.hidden ? 0 : sum;
    }),
  );

test('two images are chosen; the verdict is shown and keys switch maps', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  await page.goto(at(served, `/compare?run=${run}`));
  for (const [letter, nth] of [
    ['A', 0],
    ['B', 13],
  ] as const) {
    await page
      .getByRole('group', { name: `Image ${letter}` })
      .getByRole('button', { name: 'From data set' })
      .click();
    await page.getByRole('dialog').getByRole('listitem').nth(nth).getByRole('button').click();
  }
  await ready(page);
  expect(page.url()).toContain(encodeURIComponent(`${dataset}/`));
  await expect(page.locator('[data-verdict]')).toHaveText(/^(Same|Different)$/);
  await expect(page.getByText(/^((Right|Wrong): the data set says|Right, but the network was trained on)/).first()).toBeVisible();
  await expect(page.getByRole('img', { name: /Distances of .* validation pairs/ })).toBeVisible();
  const seen: number[][] = [];
  for (const key of ['f', 'c', 's', 'n']) {
    await page.keyboard.press(key);
    await expect(page.getByRole('radiogroup', { name: 'Map', exact: true }).locator('[aria-checked=true]')).toHaveAttribute(
      'aria-keyshortcuts',
      key.toUpperCase(),
    );
    seen.push(await paint(page));
    for (const map of await page.locator('[data-pane] canvas').all()) await expect(map).toBeVisible({ visible: key !== 'n' });
  }
  const [factual, counterfactual, signed, none] = seen as [number[], number[], number[], number[]];
  expect(none).toEqual([0, 0]);
  expect(factual.every((sum) => sum >= 0) && factual.some((sum) => sum > 0)).toBe(true);
  expect(counterfactual.every((sum) => sum <= 0)).toBe(true);
  // If one of an image's maps is empty, the signed map equals the other; else its sum is between both.
  signed.forEach((sum, i) => {
    const [up, down] = [factual[i]!, counterfactual[i]!];
    if (down === 0) expect(sum).toBe(up);
    else if (up === 0) expect(sum).toBe(down);
    else expect(sum > down && sum < up).toBe(true);
  });
});

test('one pair: methods of the maps, zoom, keys, a dropped file', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  const [a, b] = await twoImages(served, dataset);
  await page.goto(at(served, `/compare?run=${run}&a=${dataset}/${a}&b=${dataset}/${b}`));
  await ready(page);

  await test.step('the method of the maps is chosen with a line on each; a layer is offered where the method has a choice', async () => {
    const method = page.getByRole('combobox', { name: 'Method of the maps' });
    const layer = page.getByRole('combobox', { name: 'Layer of the maps' });
    await expect(method).toHaveValue('path');
    await expect(method).toHaveAccessibleDescription(/add up to what the image contributes/);
    await expect(layer).toHaveCount(0);
    await method.selectOption({ label: 'Grad-CAM' });
    await expect(method).toHaveAccessibleDescription(/The published method/);
    await expect(layer).toHaveValue('stage3');
    await layer.selectOption('stage1');
    await expect(page).toHaveURL(/layer=stage1&method=gradcam/);
    await expect(page.getByText('8 × 8 cells').first()).toBeVisible();
    await method.selectOption({ label: 'LayerCAM' });
    await expect(layer).toHaveValue('stage3');
    await expect(method).toHaveAccessibleDescription(/At the last layer it equals Grad-CAM/);
    await layer.selectOption('stage1');
    await expect(method).not.toHaveAccessibleDescription(/At the last layer/);
    await method.selectOption({ label: 'Detail' });
    await expect(method).toHaveAccessibleDescription(/finer, less certain/);
    await expect(layer).toHaveCount(0);
    await expect(page.getByText('without a unit: not a share of the distance').first()).toBeVisible();
    await method.selectOption({ label: 'Integrated gradients' });
    await expect(page.getByText(/The integral over 16 steps misses that by/).first()).toBeVisible();
    await method.selectOption({ label: 'Occlusion' });
    await expect(page.getByText('9 × 9 cells').first()).toBeVisible();
    await expect(page).toHaveURL(/method=occlusion/);
    await method.selectOption({ label: 'Path' });
    await expect(layer).toHaveCount(0);
    await expect(page).not.toHaveURL(/layer=|method=/);
  });

  await test.step('zoom and pan move both images; the keyboard cursor reads values', async () => {
    const sizes = (): Promise<number[]> =>
      page.locator('[data-pane] img').evaluateAll((list) => list.map((img) => Math.round(img.getBoundingClientRect().width)));
    const whole = await sizes();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    expect(await sizes()).toEqual(whole.map((width) => Math.round(width * 1.5625)));
    await page.locator('[data-pane=b]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('#reading-b')).toContainText('px');
    await page.keyboard.press('0');
    expect(await sizes()).toEqual(whole);
  });

  await test.step('a key changes the overlay before the next task begins', async () => {
    await page.waitForTimeout(600); // the other maps are prepared while idle
    const toggles = await page.evaluate(async () => {
      const shown: { key: string; shown: string }[] = [];
      for (const key of ['c', 's', 'f', 'c', 's', 'f', 'n', 'f', 's']) {
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        await new Promise((done) => setTimeout(done)); // effects have run: the canvas is painted
        const canvases = [...document.querySelectorAll('canvas')];
        shown.push({ key, shown: canvases.map((canvas) => (canvas.checkVisibility() ? canvas.toDataURL() : 'hidden')).join() });
      }
      return shown;
    });
    const shown = new Map(toggles.map((toggle) => [toggle.key, toggle.shown]));
    expect(shown.get('n')).toMatch(/^hidden(,hidden)*$/);
    expect(shown.get('c') === shown.get('f')).toBe(false); // painted before the next task begins (a signed map may look like either)
    for (const toggle of toggles) expect(toggle.shown === shown.get(toggle.key)).toBe(true); // and the same one every time
  });

  await test.step('a file dropped on an image replaces it', async () => {
    const [row] = await served.call('images.rows', { dataset, ids: [a] });
    const { root } = await served.call('datasets.get', { dataset });
    const bytes = readFileSync(`${root}/${row!.file}`).toString('base64');
    await page.locator('[data-pane=b]').evaluate((pane, base64) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], 'dropped <b>.png', { type: 'image/png' }));
      for (const type of ['dragover', 'drop']) pane.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, bytes);
    await expect(page.getByText(/are identical files, so every network considers them the same/).first()).toBeVisible(); // it is image A again
    await expect(page.locator('[data-verdict]')).toHaveText('Same');
  });
});

test('the value under the pointer is read from the map; swapping A and B swaps the maps', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  const [a, b] = await twoImages(served, dataset);
  await page.goto(at(served, `/compare?run=${run}&a=${dataset}/${a}&b=${dataset}/${b}&target=distance`));
  await ready(page);
  const { row: stored } = await served.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b }, target: 'distance' });
  await page.keyboard.press('s');
  const { values, width, height } = parseNpy(readFileSync(stored.images[0].signed));
  const box = (await page.locator('[data-pane=a] img').boundingBox())!;
  for (const [u, v] of [
    [0.31, 0.42],
    [0.77, 0.6],
  ] as const) {
    await page.mouse.move(box.x + u * box.width, box.y + v * box.height);
    const text = (await page.locator('#reading-a').textContent())!;
    const shown = Number(/^[+−]?[\d.e−]+/.exec(text.trim())![0].replaceAll('−', '-'));
    const [x, y] = /at (\d+), (\d+)/.exec(text)!.slice(1).map(Number) as [number, number];
    expect([x, y]).toEqual([Math.floor(u * stored.images[0].width), Math.floor(v * stored.images[0].height)]);
    const want = valueAt({ map: values, w: width, h: height, placement: stored.images[0].placement }, u, v);
    expect(Math.abs(shown - want)).toBeLessThan(0.01 * stored.scale + 0.006 * Math.abs(want));
  }
  await page.mouse.move(0, 0);
  const before = await paint(page);
  await page.keyboard.press('w');
  await expect
    .poll(async () => (await paint(page)).map((sum) => Math.round(sum / 2e5)))
    .toEqual([before[1]!, before[0]!].map((sum) => Math.round(sum / 2e5)));
  await expect(page).toHaveURL(new RegExp(`a=${dataset}%2F${b}`));
});

test('judgement and note survive a reload, and the pair is not computed again', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  const [a, b] = await twoImages(served, dataset);
  await page.goto(at(served, `/compare?run=${run}&a=${dataset}/${a}&b=${dataset}/${b}`));
  await ready(page);
  await page.keyboard.press('3');
  await expect(page.getByRole('button', { name: 'Disagree' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('textbox', { name: 'Note' }).fill('Colour decides <img onerror>.');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('button', { name: 'Saved', exact: true })).toBeVisible();
  await expect.poll(async () => (await served.call('compare.list', { saved: true }))[0]?.note).toBe('Colour decides <img onerror>.');
  const count = (await served.call('compare.list', {})).length;
  await page.reload();
  await ready(page);
  await expect(page.getByRole('button', { name: 'Disagree' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('Colour decides <img onerror>.');
  expect((await served.call('compare.list', {})).length).toBe(count);
  const [saved] = await served.call('compare.list', { saved: true });
  await page.goto(at(served, `/compare?c=${saved!.comparison}`));
  await ready(page);
  await expect(page.getByRole('textbox', { name: 'Note' })).toHaveValue('Colour decides <img onerror>.');
});

test('a note is stored although the page is reloaded right after a key; "Saving…" is shown from the first one', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  const [a, b] = await twoImages(served, dataset);
  await page.goto(at(served, `/compare?run=${run}&a=${dataset}/${b}&b=${dataset}/${a}`));
  await ready(page);
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('button', { name: 'Saved', exact: true })).toBeVisible();
  const note = page.getByRole('textbox', { name: 'Note' });
  await note.focus();
  const shown = await note.evaluate(async (area: HTMLTextAreaElement) => {
    area.value = 'x';
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await new Promise((done) => setTimeout(done, 50));
    return document.querySelector('[data-tour="judgement"]')!.textContent;
  });
  expect(shown).toContain('Saving…');
  expect(shown).not.toContain('Saved');
  const long = '长'.repeat(15_000); // 45 kB
  await note.fill(long);
  await page.reload();
  await ready(page);
  await expect(note).toHaveValue(long);
  await expect(page.getByRole('button', { name: 'Saved', exact: true })).toBeVisible();

  await page.addInitScript(() => {
    const { fetch } = window;
    window.fetch = async (...request) => {
      const answer = await fetch(...request);
      if (String(request[0]).includes('compare.annotate')) await new Promise(() => undefined); // the answer never arrives
      return answer;
    };
  });
  await page.reload();
  await ready(page);
  await page.keyboard.press('1'); // the note waits for the answer to the judgement
  await note.fill('Colour.');
  await page.reload();
  await ready(page);
  await expect(note).toHaveValue('Colour.');
  await expect(page.getByRole('button', { name: 'Agree', exact: true })).toHaveAttribute('aria-pressed', 'true');
});

test('the same pair is shown with another run', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  const second = (await served.job('runs.start', { dataset, ...QUICK, seed: 4, epochs: 1 })).result!['run']!;
  const [a, b] = await twoImages(served, dataset);
  await page.goto(at(served, `/compare?run=${run}&a=${dataset}/${a}&b=${dataset}/${b}`));
  await ready(page);
  await page.getByLabel('Other run', { exact: true }).selectOption(second);
  await expect(page.locator('[data-pane=a]')).toHaveCount(2);
  await expect(page.getByText(/Distances of two runs have different scales/)).toBeVisible();
});

test('a missing file is reported and can be retried', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  const [a] = await twoImages(served, dataset);
  await page.goto(at(served, `/compare?run=${run}&a=${dataset}/${a}&b=${encodeURIComponent('file:/no/such <b>.png')}`));
  let requests = 0;
  page.on('request', (request) => (requests += request.url().includes('compare.explain') ? 1 : 0));
  await expect(page.getByRole('alert')).toContainText('was not chosen in Twinlens');
  const before = requests;
  await page.waitForTimeout(500);
  expect(requests).toBe(before); // a failure is not retried automatically
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`has no serious accessibility fault in ${colorScheme}, empty and full`, async ({ page, served }) => {
    const { dataset, run } = await trainedRun(served);
    await page.emulateMedia({ colorScheme });
    const [a, b] = await twoImages(served, dataset);
    for (const route of [`/compare?run=${run}`, `/compare?run=${run}&a=${dataset}/${a}&b=${dataset}/${b}&queue=borderline`]) {
      await page.goto(at(served, route));
      await (route.includes('queue') ? ready(page) : page.getByText('Drop an image here').first().waitFor());
      expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
    }
  });

test('an interrupted only run is reported, resumed, and then compares', async ({ page, served }) => {
  const dataset = await importColours(served, 12, 'interrupted');
  await served.call('settings.set', { dataset, run: null });
  await served.call('runs.start', { dataset, ...QUICK, epochs: 5000, patience: 0 });
  const last = async () => (await served.call('runs.list', {})).find((run) => run.dataset === dataset)!;
  await expect.poll(async () => (await last())?.epochs.length ?? 0, { timeout: 30_000 }).toBeGreaterThan(0);
  const { run } = await last();
  const name = `Run ${run.slice(1)}`;
  await page.goto(at(served, '/compare'));
  await expect(page.getByRole('heading', { name: `${name} is being trained` })).toBeVisible();
  loseCompute(served);
  await expect(page.getByRole('heading', { name: `${name} was interrupted` })).toBeVisible();
  await expect(page.getByText(/Nothing is lost: it resumes there/)).toBeVisible();
  await page.getByRole('button', { name: `Resume ${name}` }).click();
  await expect(page.getByRole('heading', { name: `${name} is being trained` })).toBeVisible();
  const job = (await served.call('jobs.list', {})).find(({ status, subject }) => status === 'running' && subject === run)!;
  await served.call('jobs.cancel', { job: job.job });
  await expect(page.getByRole('heading', { name: `${name} was cancelled` })).toBeVisible();
  await page.getByRole('button', { name: 'Open Train' }).click();
  await expect(page).toHaveURL(new RegExp(`#/train\\?run=${run}$`));
  await page.goBack();
  await served.job('runs.resume', { run, epochs: (await last()).epochs.length + 1 });
  await expect(page.getByText('Drop an image here').first()).toBeVisible();
});
