import type { Comparison } from '../../../../shared/comparison.ts';
import { cosineText } from '../../../../shared/example-words.ts';
import {
  cellWords,
  isForVerdict,
  MATCH_CONDITION,
  SHARE_DEFINITION,
  sharesSentence,
  shareText,
  shareWords,
  spotsSentence,
  tableSentence,
} from '../../../../shared/match-words.ts';
import { kindWords } from '../../../../shared/map-words.ts';
import { cellCentre, type CellPair, strongestPairs } from '../../../../shared/matches.ts';
import { markup, type Html } from '../../../foundation/html.ts';
import type { ReportMatches } from '../types.ts';
import { dataUrl } from './parts.ts';

const WIDTH = 1000; // units of the figure
const GAP = 24; // between the images
const MAX_HEIGHT = 620;

type LineKind = 'for' | 'against';

/** Appendix: the strongest pairs of matching spots as lines and as a table, or why they are missing. */
export function matchesPart(matches: ReportMatches | string, comparison: Comparison): Html {
  if (typeof matches === 'string')
    return markup`<h3>Matching spots</h3>
<p>${matches}</p>`;
  const { found } = matches;
  const strongest = strongestPairs(found);
  return markup`<h3>Matching spots</h3>
${figure(matches, strongest, comparison)}
<table class="matched"><caption>The strongest pairs of spots that are each other’s best match</caption>
<thead><tr><th scope="col">No.</th><th scope="col">Spot of A</th><th scope="col">Spot of B</th><th scope="col">Cosine of the features</th><th scope="col">Share of the distance</th></tr></thead>
<tbody>${strongest.map(
    (one, i) =>
      markup`<tr><th scope="row">${i + 1}</th><td>${cellWords(found, one.a)}</td><td>${cellWords(found, one.b)}</td><td>${cosineText(one.cosine)}</td><td>${shareText(found, one.share)}, ${shareWords(one.share)}</td></tr>\n`,
  )}</tbody></table>
<p>${MATCH_CONDITION} Solid lines: ${kindWords(comparison, 'factual')}; dashed: ${kindWords(comparison, 'counterfactual')}.</p>
<p class="note">${[sharesSentence(found), tableSentence(found, strongest), spotsSentence(found)].filter((text) => text !== null).join(' ')}</p>
<p class="note">${SHARE_DEFINITION}</p>`;
}

/** Both images side by side, as large as fits, with a numbered line for each pair. */
function figure({ found, photos }: ReportMatches, strongest: readonly CellPair[], comparison: Comparison): Html {
  const half = (WIDTH - GAP) / 2;
  const sizes = comparison.images.map(({ width, height }) => {
    const scale = Math.min(half / width, MAX_HEIGHT / height);
    return { width: width * scale, height: height * scale };
  });
  const height = Math.max(...sizes.map((size) => size.height));
  const places = sizes.map((size, i) => ({ ...size, x: i * (half + GAP) + (half - size.width) / 2, y: (height - size.height) / 2 }));
  const pointOf = (i: 0 | 1, cell: number): { x: number; y: number } => {
    const { u, v } = cellCentre(found, cell);
    const place = places[i]!;
    return { x: place.x + u * place.width, y: place.y + v * place.height };
  };
  const one = (value: number): string => value.toFixed(1);
  const lines = strongest.map((pair, i) => {
    const [from, to] = [pointOf(0, pair.a), pointOf(1, pair.b)];
    const kind: LineKind = isForVerdict(pair.share, comparison) ? 'for' : 'against';
    const ends = [from, to].map(
      ({ x, y }) => markup`<circle class="${kind}" cx="${one(x)}" cy="${one(y)}" r="13"/><text x="${one(x)}" y="${one(y)}">${i + 1}</text>`,
    );
    const at = { x1: one(from.x), y1: one(from.y), x2: one(to.x), y2: one(to.y) };
    return { at, kind, ends };
  });
  return markup`<figure class="matches"><svg viewBox="0 0 ${WIDTH} ${Math.ceil(height)}" role="img" aria-label="${`Images A and B with ${strongest.length} numbered lines between matching spots; the table below lists them.`}">
${places.map((place, i) => markup`<image href="${dataUrl(photos[i]!)}" x="${one(place.x)}" y="${one(place.y)}" width="${one(place.width)}" height="${one(place.height)}"/>`)}
${lines.map(({ at }) => lineOf('halo', at))}${lines.map(({ at, kind }) => lineOf(kind, at))}
${lines.map(({ ends }) => ends)}
</svg></figure>`;
}

const lineOf = (kind: LineKind | 'halo', { x1, y1, x2, y2 }: Record<'x1' | 'y1' | 'x2' | 'y2', string>): Html =>
  markup`<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
