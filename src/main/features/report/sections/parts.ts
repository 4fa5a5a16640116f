import type { VerdictClaim } from '../../../../shared/verdict-claim.ts';
import { markup, type Content, type Html } from '../../../foundation/html.ts';
import type { ImageFile } from '../types.ts';

/** A table of names and values. */
export function facts(rows: readonly (readonly [Content, Content])[], caption?: string): Html {
  return markup`<table class="facts">${caption && markup`<caption>${caption}</caption>`}<tbody>
${rows.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</tbody></table>`;
}

/** What is known about a verdict, with its sign. */
export const claimLine = ({ tone, sign, words }: VerdictClaim): Html =>
  markup`<p class="claim ${tone}"><span class="claim-sign" aria-hidden="true">${sign}</span> ${words}</p>`;

/** A box with warnings; null without any. `about`: its title. */
export function warningList(warnings: readonly string[], about: string): Html | null {
  if (warnings.length === 0) return null;
  return markup`<aside class="warnings" aria-label="${`Warnings: ${about}`}"><p class="warn-title"><span class="bang" aria-hidden="true">!</span> ${
    warnings.length === 1 ? 'Warning' : `${warnings.length} warnings`
  } · ${about}</p><ul>${warnings.map((warning) => markup`<li>${warning}</li>`)}</ul></aside>`;
}

export const dataUrl = ({ mime, bytes }: ImageFile): string => `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`;

export const versionList = (versions: Record<string, string>): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ') || 'versions not recorded';
