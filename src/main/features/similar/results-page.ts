import { createHash } from 'node:crypto';
import type { DecisionKind, FolderQuery, FolderSearch } from '../../../shared/folder-search.ts';
import { countNoun, countText, distanceText, timeText } from '../../../shared/format.ts';
import { Html, markup, nameOf } from '../../foundation/html.ts';

/** What the page is about, besides the search. */
export interface PageFacts {
  datasetName: string;
  sourceName: string;
  measure: string; // of the distances, a phrase
  version: string; // of Twinlens
}

/** A query with copies of its image and of the matched one, WebP; null: it can't be read now. */
export interface ShownQuery {
  query: FolderQuery;
  image: Uint8Array | null;
  match: Uint8Array | null;
}

const STYLE = `
:root{color-scheme:light dark;--bg:#f7f7f5;--ink:#202225;--dim:#555b62;--line:#d9d9d4;--stage:#66686a}
@media screen and (prefers-color-scheme:dark){:root{--bg:#17181a;--ink:#eceef0;--dim:#a2a9b0;--line:#3a3e43;--stage:#0e0f10}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1088px;margin:0 auto;padding:48px 32px}
h1{font-size:32px;line-height:1.2;margin:0 0 8px}h2{font-size:22px;margin:40px 0 8px}
p{max-width:72ch;margin:8px 0}.dim{color:var(--dim)}.name{overflow-wrap:anywhere;white-space:pre-wrap}
ul.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:16px;margin:0;padding:0;list-style:none}
.pairs li{border:1px solid var(--line);border-radius:8px;padding:12px;break-inside:avoid}
.images{display:grid;grid-template-columns:1fr 1fr;gap:8px;margin-bottom:8px}
figure{margin:0}figcaption{font-size:13px;overflow-wrap:anywhere}
.frame{display:grid;place-items:center;aspect-ratio:1;border-radius:4px;background:var(--stage);color:#fff;font-size:13px;text-align:center}
img{display:block;max-width:100%;max-height:100%;object-fit:contain}
table{border-collapse:collapse;width:100%}th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
@page{margin:16mm}@media print{:root{--bg:#fff}main{max-width:none;padding:0}.frame{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
const HASH = createHash('sha256').update(STYLE).digest('base64');

const HEADINGS: readonly (readonly [DecisionKind | 'open', string])[] = [
  ['same', 'Found in the data set'],
  ['new', 'New, not in the data set'],
  ['skipped', 'Skipped'],
  ['open', 'Not decided yet'],
];

/** The parts of a self-contained page on the results of a folder search, without scripts and requests. `shown` is read once, in order. */
export async function* resultsPage(search: FolderSearch, facts: PageFacts, shown: AsyncIterable<ShownQuery>): AsyncGenerator<string> {
  yield head(search, facts).source;
  const rest = new Map<DecisionKind | 'open', Html[]>();
  for await (const one of shown) {
    const kind = one.query.decision?.kind ?? 'open';
    rest.set(kind, [...(rest.get(kind) ?? []), itemOf(one)]);
  }
  for (const [kind, heading] of HEADINGS) {
    const items = rest.get(kind) ?? [];
    if (items.length > 0) yield markup`<h2>${heading} (${countText(items.length)})</h2><ul class="pairs">${items}</ul>`.source;
  }
  yield unreadableSection(search).source;
  yield '</main></body></html>\n';
}

function head({ folder, queries, searched, createdMs, decided }: FolderSearch, { datasetName, sourceName, measure, version }: PageFacts): Html {
  const open = queries - decided.same - decided.new - decided.skipped;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'sha256-${HASH}'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<meta name="generator" content="Twinlens ${version}"><title>Images of a folder in ${datasetName}</title><style>${new Html(STYLE)}</style></head>
<body><main>
<h1>${countNoun(queries, 'image')} looked for in ${nameOf(datasetName)}</h1>
<p class="dim">Folder ${nameOf(folder)}</p>
<p>${countText(decided.same)} found, ${countText(decided.new)} new, ${countText(decided.skipped)} skipped, ${countText(open)} not decided. A person decided on each.</p>
<p class="dim">Candidates were the nearest of ${countNoun(searched.ranked, 'image')} that were included in the data set, by ${nameOf(sourceName)}: ${measure}. Searched on ${timeText(createdMs)}; ${countText(searched.excluded)} excluded and ${countText(searched.unreadable)} unreadable images were not compared.</p>
`;
}

function itemOf({ query: { file, decision }, image, match }: ShownQuery): Html {
  const found = decision?.kind === 'same' && decision.file !== null ? decision.file : null;
  return markup`<li><div class="images">
<figure>${frameOf(image, 'Image that was looked for')}<figcaption>${nameOf(file)}</figcaption></figure>
${found !== null && markup`<figure>${frameOf(match, 'Image of the data set')}<figcaption>${nameOf(found)}</figcaption></figure>`}
</div>${
    found !== null &&
    decision !== null &&
    markup`<p class="dim">Distance ${distanceText(decision.distance!)}, candidate ${decision.rank}. Decided ${timeText(decision.atMs)}.</p>`
  }</li>`;
}

const frameOf = (image: Uint8Array | null, alt: string): Html =>
  image === null
    ? markup`<div class="frame">The file can’t be read now</div>`
    : markup`<div class="frame"><img src="data:image/webp;base64,${Buffer.from(image).toString('base64')}" alt="${alt}"></div>`;

function unreadableSection({ unreadable }: FolderSearch): Html {
  if (unreadable.length === 0) return markup``;
  const rows = unreadable.map(({ file, reason }) => markup`<tr><td>${nameOf(file)}</td><td>${reason}</td></tr>`);
  return markup`<h2>Could not be read (${countText(unreadable.length)})</h2><table><thead><tr><th>File</th><th>Reason</th></tr></thead><tbody>${rows}</tbody></table>`;
}
