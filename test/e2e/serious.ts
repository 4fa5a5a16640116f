import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Violations only: axe otherwise describes each element that passed, too, which takes longer than the checks. */
export const axe = (page: Page): AxeBuilder => new AxeBuilder({ page }).options({ resultTypes: ['violations'] });

/** What axe finds serious or critical on the page as it stands, contrast included: one line for each element. */
export async function serious(page: Page, builder = axe(page)): Promise<string[]> {
  const { violations } = await builder.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`));
}
