import type { Page } from '@playwright/test';
import { importColours, type ServedWorkbench } from './kit.ts';

/** Trainings of seconds, on small drawn images. */
export const SMALL = { size: 32, batch: 8, epochs: 12 } as const;

/** The data set of drawn images; imported unless an earlier test did. */
export async function colours(served: ServedWorkbench): Promise<string> {
  const known = (await served.call('datasets.list', {})).find(({ name }) => name === 'colours');
  return known?.dataset ?? importColours(served);
}

/** Fills the form with these settings and a number of epochs. */
export async function fillSmall(page: Page, epochs: string): Promise<void> {
  const more = page.getByRole('button', { name: /^More settings/ });
  if ((await more.getAttribute('aria-expanded')) === 'false') await more.click();
  await page.getByLabel('Image size', { exact: true }).fill('32');
  await page.getByLabel('Pairs per step', { exact: true }).fill('8');
  await page.getByLabel('Learning rate', { exact: true }).fill('0,003'); // decimal comma, as in many countries
  await page.getByLabel('Stop early after', { exact: true }).fill('0');
  await page.getByLabel('Epochs', { exact: true }).fill(epochs);
}
