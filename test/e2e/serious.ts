import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import axeCore from 'axe-core';

/**
 * Violations only: axe otherwise describes each element that passed, too, which takes longer than the checks.
 * Legacy mode, without frames: the other one merges the frames' results in a second page, whose start takes five times as long as the checks.
 */
export const axe = (page: Page): AxeBuilder =>
  new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode(page.frames().length === 1);

/** Rules whose faults axe calls minor or moderate. `serious` would drop what they find, so it does not run them: a sixth of the CPU time. */
const { _audit } = axeCore as unknown as { _audit: { rules: { id: string; impact: 'minor' | 'moderate' | 'serious' | 'critical' }[] } };
const BELOW_SERIOUS = _audit.rules.filter(({ impact }) => impact === 'minor' || impact === 'moderate').map(({ id }) => id);

/** What axe finds serious or critical on the page in its current state, contrast included: one line for each element. */
export async function serious(page: Page, builder = axe(page)): Promise<string[]> {
  const { violations } = await builder.disableRules(BELOW_SERIOUS).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`));
}

/** The rules that depend on colours: enough for a screen that was checked in the other theme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** All rules in the dark theme, those about colours in the light one: for tests that run in both on the same screen. */
export const axeIn = (theme: 'light' | 'dark', page: Page): AxeBuilder => (theme === 'dark' ? axe(page) : axe(page).withRules(COLOUR_RULES));
