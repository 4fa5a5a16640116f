import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import axeCore, { type AxeResults } from 'axe-core';

/** Waits for the end of transitions, as of colours to another theme; resolves to whether the page has axe. */
async function isReady(): Promise<boolean> {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
  await Promise.allSettled(transitions.map(({ finished }) => finished));
  return 'axe' in window;
}

/**
 * Reads axe's source into the page once. AxeBuilder does it twice for each analysis, which takes longer than many of the checks: 0.4 s of
 * CPU time less.
 */
class AxeOfPage extends AxeBuilder {
  readonly #page: Page;

  constructor(page: Page) {
    super({ page, axeSource: 'null' });
    this.#page = page;
  }

  override async analyze(): Promise<AxeResults> {
    if (!(await this.#page.evaluate(isReady))) await this.#page.evaluate(axeCore.source);
    return super.analyze();
  }
}

/**
 * Violations only: axe otherwise describes each element that passed, too, which takes longer than the checks.
 * Legacy mode, without frames: the other one merges the frames' results in a second page, whose start takes five times as long as the checks.
 */
export const axe = (page: Page): AxeBuilder =>
  (page.frames().length === 1 ? new AxeOfPage(page).setLegacyMode() : new AxeBuilder({ page })).options({ resultTypes: ['violations'] });

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
