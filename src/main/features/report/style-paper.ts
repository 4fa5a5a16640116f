import type { PaperSize } from './types.ts';

const MAX_MODELS = 3; // in the footer

const footerText = (models: readonly string[]): string => {
  const named = models.filter((model) => /^[0-9a-f]+$/.test(model)).map((model) => model.slice(0, 12)); // hex only: the text goes into a style sheet
  const more = named.length - MAX_MODELS;
  return `Twinlens comparison report${named.length > 0 ? ` \u00b7 model ${named.slice(0, MAX_MODELS).join(', ')}${more > 0 ? ` and ${more} more` : ''}` : ''}`;
};

/** Styles for paper: sizes in points, no dark backgrounds that cost ink, no figure or row divided between pages. */
export const paperStyle = (models: readonly string[], size?: PaperSize): string => `
@page{${size ? `size:${size};` : ''}margin:15mm 15mm 17mm;@bottom-left{content:"${footerText(models)}";font:7.5pt system-ui,sans-serif;color:#555}@bottom-right{content:"page " counter(page) " of " counter(pages);font:7.5pt system-ui,sans-serif;color:#555}}
@media print{
:root{color-scheme:light;--bg:#fff;--panel:#fff;--ink:#000;--dim:#444;--line:#999;--hair:#ddd;--accent:#0f5c51;--warn:#000;--warn-bg:#fff;--good:#000;--bad:#000;--stage:#fff;--stage-ink:#000;--stage-line:#999;--run-1:#000;--chart-same:#9cc3e2;--chart-different:#8a4a04}
body{font-size:9pt;line-height:1.42}main{max-width:none;padding:0}
h1{font-size:20pt}h2{font-size:15pt}h3{font-size:10pt;margin:11pt 0 3pt}.overview h2{font-size:10pt}
table,.about,.tile figcaption,.legend,.plot figcaption,.note,.score dt,.meta,.brand,.eyebrow,.glossary dl{font-size:8pt;line-height:1.4}
.verdict{font-size:20pt}.sentence,.introduction{font-size:10.5pt}.introduction{margin-top:6pt}.score dd{font-size:14pt}.formula{font-size:10.5pt;margin:3pt 0 3pt 20pt}
p,ul{margin-block:4pt;max-width:none}.method>p{max-width:150mm}.certainty li{margin:4pt 0}
section,.overview{padding:12pt 0 0;margin-top:12pt}.opening{padding-bottom:0}.brand{margin-bottom:10pt}.eyebrow{margin-bottom:3pt}
.overview+.comparison,.comparison~.comparison,.run,.method{break-before:page;border-top:0;margin-top:0;padding-top:0}
h2,h3,caption,thead,.row-head,.eyebrow,.finding{break-after:avoid}
tr,figure,.facts,.undivided,.warnings,.personal,.score,.legend,.signoff,.formula,li,.glossary{break-inside:avoid}
.personal{padding:0 0 0 10pt;margin-bottom:10pt;border-left-width:2pt}.judged{font-size:10.5pt}.box{width:11pt;height:11pt;font-size:9pt;line-height:9pt}
.finding{margin-bottom:9pt}.sentence,.claim,.notice{margin-top:5pt}.claim{font-size:10.5pt}td .claim{margin-top:1pt;font-size:inherit}.stage{padding:0;margin-bottom:12pt}.row+.row{margin-top:9pt}.tiles,.legend{gap:8pt}
.row-head{margin-bottom:3pt}.tile img{max-height:62mm;outline:.5pt solid #999}.tile figcaption{margin-top:3pt}
.legend{margin-top:9pt;padding-top:7pt}.scale-bar{height:6pt;margin:3pt 0 4pt}.sign{background:none;border:1pt solid #000;color:#000;line-height:13px}
.evidence{grid-template-columns:minmax(0,1fr) 84mm;gap:0 8mm}.charts,.tables,.says{gap:6pt 8mm}.says h3{margin-top:6pt}
table{margin:4pt 0 8pt}th,td{padding:2pt 8pt 2pt 0}.facts th{width:30%}
.glossary dl{columns:3;column-gap:7mm;margin-top:6pt}.glossary dl div{padding:1.5pt 0}.cite{margin-top:10pt}
.line{height:36pt;font-size:8pt}
a{color:inherit;text-decoration:none}summary{color:inherit}
.chart rect,.chart circle{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
