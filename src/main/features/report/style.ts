import { createHash } from 'node:crypto';
import charts from '../../../shared/charts/charts.css?raw';
import { Html } from '../../foundation/html.ts';
import { paperStyle } from './style-paper.ts';
import type { PaperSize } from './types.ts';

/**
 * The style of a report on an 8 px grid, with one accent colour. Images are on neutral grey, because a tint would change how
 * their colours look. Light or dark as the reader's system on screen, always light on paper.
 */
const TOKENS = `
:root{color-scheme:light dark;--bg:#f7f7f5;--panel:#fdfdfc;--ink:#202225;--dim:#555b62;--line:#d9d9d4;--hair:#e6e6e2;--accent:#1b7467;--warn:#7d5200;--good:#1f7a4d;--bad:#b3261e;--warn-bg:#fbf3dc;--stage:#66686a;--stage-ink:#fff;--stage-line:#ffffff40;--run-1:#1f6fb0;--chart-same:#1f6fb0;--chart-different:#b45f06;--chart-background:var(--bg);--chart-grid:var(--hair);--for:#f5a83d;--for2:#d9541e;--against:#5aa9e6;--against2:#2457a8;--s:8px}
@media screen and (prefers-color-scheme:dark){.logo{padding:8px;border-radius:4px;background:#fff}:root{--bg:#17181a;--panel:#1e2022;--ink:#eceef0;--dim:#a2a9b0;--line:#3a3e43;--hair:#2a2d30;--accent:#7cc4b8;--warn:#e9c46a;--good:#74c69d;--bad:#f28b82;--warn-bg:#2a2517;--stage:#0e0f10;--stage-ink:#f2f3f4;--stage-line:#ffffff26;--run-1:#5aa9e6;--chart-same:#5aa9e6;--chart-different:#f5a83d}}
`;

const TEXT = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
code,.name,summary,li,.facts td,.rejected td{overflow-wrap:anywhere}
main{max-width:1088px;margin:0 auto;padding:48px 32px 64px}
h1,h2,h3{line-height:1.2;margin:0;font-weight:650;letter-spacing:-.01em;text-wrap:balance}
h1{font-size:34px;letter-spacing:-.02em}h2{font-size:24px}h3{font-size:16px;margin:32px 0 8px}
p{margin:8px 0;max-width:72ch}ul{margin:8px 0;padding-left:20px;max-width:72ch}li{margin:4px 0}
a{color:var(--accent);text-underline-offset:2px}
code{font:.875em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.name{white-space:pre-wrap}sub,sup{font-size:.7em;line-height:0}
.term,.note,.meta{color:var(--dim)}
.term{font-size:.8667em;font-weight:400;white-space:normal}
.eyebrow,.brand{margin:0 0 8px;color:var(--dim);font-size:13px;font-weight:600}
.brand{display:flex;gap:8px 24px;align-items:center;justify-content:space-between;flex-wrap:wrap;color:var(--ink);margin-bottom:32px}.brand p{display:flex;gap:8px;align-items:center;margin:0}
.logo{display:block;max-width:min(320px,60%);max-height:72px;object-fit:contain;object-position:left}
.mark{flex:none;fill:none;stroke:currentColor;stroke-width:1.8}.mark .second{stroke:var(--accent)}
.opening{padding-bottom:16px}.meta{font-size:14px}.author{color:var(--ink);font-weight:600}.introduction{font-size:17px;margin:16px 0 0}
section,.overview{border-top:1px solid var(--line);padding:40px 0 24px;margin-top:24px}
.overview,.networks,.limits,.signoff{padding:24px 0 8px;margin-top:16px}
.overview h2,.networks h2,.limits h2,.signoff h2{font-size:18px;margin-bottom:8px}
h2.long,.details h2{font-size:19px}.row-head.long{display:block;font-size:13px}.row-head.long .about{font-size:13px}.row-head.long .letter{display:inline-block}
.and{font-weight:400;color:var(--dim)}
`;

const PARTS = `
.finding{margin-bottom:24px}
.names{display:flex;gap:8px 24px;align-items:baseline;justify-content:space-between}.names h2{min-width:0}.names .eyebrow{flex:none;margin:0}
.headline{display:flex;flex-wrap:wrap;gap:4px 20px;align-items:baseline;margin-top:12px}
.verdict{margin:0;font-size:34px;line-height:1.1;font-weight:700;letter-spacing:-.02em;white-space:nowrap}
.glyph{font-weight:500}
.measure{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,460px);gap:8px 40px;align-items:center;margin-top:12px}.sentence{margin:0;font-size:17px}
.claim{margin:0;font-size:17px;font-weight:600;color:var(--dim)}.claim-sign{font-weight:700}
.claim.good{color:var(--good)}.claim.warn{color:var(--warn)}.claim.bad{color:var(--bad)}td .claim{margin:2px 0 0;font-size:inherit;font-weight:500}
.notice{margin:8px 0 0}
.ruler{position:relative;height:56px;font-size:13px;white-space:nowrap}
.ruler>*{position:absolute}
.ruler-pair{top:0;left:clamp(56px,var(--distance),100% - 56px);transform:translateX(-50%);font-weight:600}
.ruler-bar{top:26px;left:0;right:0;height:4px;border-radius:2px;background:linear-gradient(90deg,var(--chart-same) var(--threshold),var(--chart-different) 0);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.ruler-bar::after{position:absolute;left:var(--threshold);top:-4px;width:2px;height:12px;margin-left:-1px;background:var(--ink);content:"";print-color-adjust:exact;-webkit-print-color-adjust:exact}
.ruler-dot{top:21px;left:clamp(7px,var(--distance),100% - 7px);width:14px;height:14px;margin-left:-7px;border-radius:50%;border:3px solid var(--bg);background:var(--ink);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.ruler-limit{top:36px;left:clamp(116px,var(--threshold),100% - 116px);transform:translateX(-50%);color:var(--dim)}
.notice{color:var(--warn);font-weight:600}
.warnings{border:1px solid var(--warn);border-left-width:6px;border-radius:4px;background:var(--warn-bg);padding:12px 16px;margin:16px 0}
.warnings p{margin:0}.warnings ul{margin:4px 0 0}.warn-title{font-weight:650;color:var(--warn)}
.bang{display:inline-block;width:20px;height:20px;border:2px solid currentColor;border-radius:50%;text-align:center;font:700 13px/16px system-ui,sans-serif}
.stage{background:var(--stage);color:var(--stage-ink);border-radius:8px;padding:24px;margin:0 0 32px}
figure{margin:0}.row+.row{margin-top:24px}
.row-head{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:baseline;margin-bottom:12px}
.letter{border:1.5px solid currentColor;border-radius:4px;font-weight:700;font-size:13px;line-height:20px;width:23px;text-align:center}
.row-head strong{font-weight:600}.about{font-size:14px;margin-left:auto}
.tiles{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:16px}
.tile img{display:block;width:min(100%,416px*var(--ratio));aspect-ratio:var(--ratio);height:auto;object-fit:contain}
.tile figcaption{font-size:14px;margin-top:8px;line-height:1.4}
.stage .term,.stage a{color:inherit}
.sign{display:inline-block;width:17px;height:17px;border-radius:50%;text-align:center;font:700 14px/17px system-ui,sans-serif;color:#17181a;background:var(--for)}
.sign.against{border-radius:3px;background:var(--against)}
.tile img.greyed{filter:grayscale(1)}.map-mark{font-weight:600;white-space:nowrap}.map-mark::before{content:"· "}
.legend{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:8px 16px;border-top:1px solid var(--stage-line);margin-top:24px;padding-top:16px;font-size:14px;line-height:1.45}.legend p{margin:0}
.legend .scale-title{font-weight:600}.legend .scale-words{grid-column:1/-1;max-width:none}
.scale-bar{height:10px;margin:5px 0 8px;border-radius:5px;box-shadow:inset 0 0 0 1px var(--stage-line);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.scale-bar.for{background:linear-gradient(90deg,transparent,var(--for) 50%,var(--for2))}.scale-bar.against{background:linear-gradient(90deg,transparent,var(--against) 50%,var(--against2))}
.legend .scale-ends{display:grid;grid-template-columns:auto minmax(0,1fr);gap:0 12px}.scale-ends span{white-space:nowrap}.scale-ends span+span{white-space:normal;text-align:right}
.labelled{display:grid;grid-template-columns:160px minmax(0,1fr);gap:8px 24px;border-top:1px solid var(--hair);padding:12px 0}
.labelled h3{margin:0}.labelled p{margin:0 0 6px}.labelled ul{margin:0;padding-left:18px}.labelled li{margin:0 0 4px}
.condition{font-size:13px;color:var(--dim)}.caveats h3{color:var(--warn)}.personal h3{color:var(--accent)}
.judged{font-weight:600}.judged-sign{color:var(--accent)}
.long-note{border-left:4px solid var(--accent);padding-left:20px;margin-top:24px}.long-note h3{margin-top:0}
.matches{margin:8px 0 16px}.matches svg{display:block;width:100%;background:var(--stage);border-radius:8px}.matches line{stroke-width:3}.matches line.halo{stroke:#000a;stroke-width:6}.matches line.for{stroke:#f5a83d}.matches line.against{stroke:#7cc0f5;stroke-dasharray:10 6}.matches circle{stroke:#000a;stroke-width:2}.matches circle.for{fill:#f5a83d}.matches circle.against{fill:#7cc0f5}.matches text{fill:#10110f;font:700 15px system-ui,sans-serif;text-anchor:middle;dominant-baseline:central}
.examples{display:grid;grid-template-columns:96px repeat(5,minmax(0,1fr));gap:8px;margin:8px 0}.examples>p{margin:0;overflow-wrap:anywhere}.examples img{display:block;width:100%;aspect-ratio:1;object-fit:contain;background:var(--stage);border-radius:4px}.examples figcaption{margin-top:4px;font-size:13px;line-height:1.35;overflow-wrap:anywhere}
.what-ifs h2{font-size:18px}.what-if{margin-top:24px}.what-if figcaption p{margin:4px 0 0}
.edited{display:grid;grid-template-columns:repeat(2,minmax(0,1fr)) minmax(0,1.25fr);gap:16px 24px;align-items:start;margin-top:8px}.picture img{display:block;max-width:100%;max-height:360px;border-radius:4px}.picture .note{margin:6px 0 0}.answer table{margin-top:0}.answer td,.answer thead th{text-align:right}.answer td:last-child{font-weight:600}
.fine{color:var(--dim);font-size:13px;max-width:none;overflow-wrap:anywhere}
.evidence{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,460px);gap:8px 40px;align-items:start}
.evidence h3:first-child{margin-top:0}
.score{display:flex;flex-wrap:wrap;gap:8px 32px;margin:8px 0 0}.score dt{color:var(--dim);font-size:14px}.score dd{margin:0;font-size:24px;font-weight:650;line-height:1.2}
.charts,.tables,.says{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px 40px;align-items:start}
.flip{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:4px 24px;align-items:start;margin:12px 0}.flip .claim{font-size:15px}.flip p{margin:0 0 4px}.flip-pictures{display:flex;gap:12px}.flip-pictures img{display:block;width:160px;height:160px}.flip-pictures figcaption{max-width:160px;font-size:13px;color:var(--dim)}
.says h3{margin-top:16px}
.chart{margin:0 0 8px}
.plot figcaption,.note{font-size:14px;color:var(--dim);line-height:1.45}
.formula{font:italic 17px/1.7 Cambria,"STIX Two Text","Times New Roman","Liberation Serif",serif;font-style:normal;margin:8px 0 8px 32px}
.cite{border-left:3px solid var(--line);padding-left:16px;margin-top:24px}
.glossary dl{columns:2;column-gap:40px;margin:16px 0 0}.glossary dl div{break-inside:avoid;padding:5px 0}.glossary dt{font-weight:600}.glossary dd{margin:0;color:var(--dim)}
`;

const TABLES = `
table{border-collapse:collapse;width:100%;margin:8px 0 16px;font-size:14px;line-height:1.45}
caption{text-align:left;font-weight:600;padding:0 0 6px}
th,td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-top:1px solid var(--hair);font-weight:400}
thead th,thead td{color:var(--dim);border-top:0;border-bottom:1px solid var(--line);vertical-align:bottom}
tbody tr:first-child>*{border-top:0}.facts tbody tr:first-child>*{border-top:1px solid var(--line)}
.facts th{width:36%;color:var(--dim)}.facts th .term{display:block}
.figures td .term,.figures tr>.term,.figures th .term{display:block}.figures tbody th{font-weight:600}.figures .range{white-space:nowrap}
.overview thead th:nth-child(2){width:42%}
.rejected th{font-weight:400}
details{margin:16px 0}summary{cursor:pointer;color:var(--accent)}
summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
.choice{display:inline-flex;gap:8px;align-items:center;margin-right:16px;vertical-align:middle;white-space:nowrap}.box{width:16px;height:16px;border:1.5px solid currentColor;border-radius:2px;font:700 13px/13px system-ui,sans-serif;text-align:center}.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.signer{color:var(--ink);margin-left:8px;font-size:15px}
.files code{overflow-wrap:anywhere}
.lines{display:grid;grid-template-columns:2fr 1fr 2fr;gap:0 32px}.line{border-bottom:1px solid var(--ink);height:64px;display:flex;align-items:end;color:var(--dim);font-size:13px;padding-bottom:4px}.remarks{grid-column:1/-1}
`;

const NARROW = `
@media screen and (max-width:800px){main{padding:32px 16px 48px}h1,.verdict{font-size:28px}.measure,.evidence,.charts,.tables,.says{grid-template-columns:minmax(0,1fr)}.stage{margin-inline:-16px;border-radius:0;padding:16px}}
@media screen and (max-width:560px){.figures .range{white-space:normal}.figures th,.figures td{padding-right:6px}.flip{grid-template-columns:minmax(0,1fr)}.flip-pictures{flex-wrap:wrap}.edited{grid-template-columns:repeat(2,minmax(0,1fr))}.answer{grid-column:1/-1}.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:12px}.tile:first-child{grid-column:1/-1}.labelled{grid-template-columns:minmax(0,1fr)}.about{margin-left:0;width:100%}.glossary dl{columns:1}.lines{grid-template-columns:minmax(0,1fr)}th,td{padding-right:8px}.legend{grid-template-columns:repeat(2,minmax(0,1fr));gap:12px}.legend .scale-title{grid-column:1/-1}.choice{display:flex}.networks thead,.overview thead{display:none}:is(.networks,.overview) :is(tr,td,th){display:block}:is(.networks,.overview) td[data-label]::before{content:attr(data-label) ": ";color:var(--dim)}.overview :is(td,tbody th){border-top:0;padding-block:2px}.overview tr{border-top:1px solid var(--hair);padding-block:6px}.overview td .term{display:inline}.overview td[data-label="Distance"] .term::before{content:"threshold "}.formula{margin-left:8px}}
`;

/** `models`: SHA-256 in hex of the report's networks, for the footer of each printed page. */
export const styleSheet = (models: readonly string[], size?: PaperSize): string =>
  `${TOKENS}${TEXT}${PARTS}${TABLES}${charts}${NARROW}${paperStyle(models, size)}`;

export const styleElement = (sheet: string): Html => new Html(`<style>${sheet}</style>`);

/**
 * The part of a report's content security policy on styles. It permits this sheet by its hash, no other sheet, and style attributes: sizes
 * of images, positions on the ruler, colours of curves. In a browser that does not know style-src-attr these attributes have no effect.
 */
export const stylePolicy = (sheet: string): Html =>
  new Html(`style-src 'sha256-${createHash('sha256').update(sheet).digest('base64')}'; style-src-attr 'unsafe-inline'`);
