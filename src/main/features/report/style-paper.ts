import type { PaperSize } from './types.ts';

const MAX_MODELS = 3; // in the footer

const footerText = (models: readonly string[]): string => {
  const named = models.filter((model) => /^[0-9a-f]+$/.test(model)).map((model) => model.slice(0, 12)); // hex only: the text goes into a style sheet
  const more = named.length - MAX_MODELS;
  return `Twinlens comparison report${named.length > 0 ? ` \u00b7 model ${named.slice(0, MAX_MODELS).join(', ')}${more > 0 ? ` and ${more} more` : ''}` : ''}`;
};

/**
 * Styles for paper: sizes in points, no dark backgrounds that cost ink, no figure or row divided between pages. Sizes and spaces of
 * a comparison's page are those that page-budget.ts counts with.
 */
export const paperStyle = (models: readonly string[], size?: PaperSize): string => `
@page{${size ? `size:${size};` : ''}margin:15mm 15mm 17mm;@bottom-left{content:"${footerText(models)}";font:7.5pt system-ui,sans-serif;color:#555}@bottom-right{content:"page " counter(page) " of " counter(pages);font:7.5pt system-ui,sans-serif;color:#555}}
@media print{
:root{color-scheme:light;--bg:#fff;--panel:#fff;--ink:#000;--dim:#444;--line:#999;--hair:#ddd;--accent:#0f5c51;--warn:#6b4700;--warn-bg:#fff;--good:#17603c;--bad:#a61b14;--stage:#fff;--stage-ink:#000;--stage-line:#bbb;--run-1:#000;--chart-same:#9cc3e2;--chart-different:#8a4a04}
body{font-size:9pt;line-height:1.42}main{max-width:none;padding:0}
h1{font-size:20pt}h2{font-size:15pt}h3{font-size:10pt;margin:9pt 0 2pt}.overview h2,.networks h2,.limits h2,.signoff h2{font-size:11pt;margin-bottom:3pt}h2.long,.details h2{font-size:11pt}
table,.about,.tile figcaption,.legend,.plot figcaption,.note,.score dt,.meta,.brand,.eyebrow,.glossary dl{font-size:8pt;line-height:1.4}
.introduction{font-size:10pt;margin-top:5pt}.score dd{font-size:14pt}.formula{font-size:10.5pt;margin:3pt 0 3pt 20pt}
p,ul{margin-block:3pt;max-width:none}.method>p{max-width:150mm}
section,.overview{padding:8pt 0 0;margin-top:8pt}.overview,.networks,.limits,.signoff{padding:5pt 0 0;margin-top:3pt}.opening{padding-bottom:0}.brand{margin-bottom:9pt}.logo{max-width:50mm;max-height:16mm}.eyebrow{margin-bottom:2pt}
.limits,.limits .says{font-size:7.5pt;line-height:1.36}.limits h3{margin:0 0 1pt;font-size:8pt}.limits li{margin:1pt 0}.limits ul{margin:0}
.comparison,.comparison+section:not(.comparison){break-before:page;border-top:0;margin-top:0;padding-top:0}
h2,h3,caption,thead,.row-head,.eyebrow,.finding{break-after:avoid}
tr,figure,.closing,.undivided,.warnings,.personal,.score,.legend,.signoff,.formula,li,.limits,.evidence{break-inside:avoid}
.finding{margin-bottom:2mm}.headline{margin-top:1mm;gap:2pt 5mm}.verdict{font-size:20pt}.measure{grid-template-columns:minmax(0,1fr) 80mm;gap:0 8mm;margin-top:1mm}.sentence{font-size:10pt}.claim{font-size:11pt}td .claim{margin-top:1pt;font-size:inherit}.notice{font-size:9pt;line-height:1.36;margin-top:1mm}
.ruler{height:10mm;font-size:7.5pt}.ruler-pair{left:clamp(14mm,var(--distance),100% - 14mm)}.ruler-bar{top:4.6mm;height:.8mm}.ruler-bar::after{top:-.9mm;height:2.6mm;width:.4mm;margin-left:-.2mm}.ruler-dot{top:3.6mm;left:clamp(1.4mm,var(--distance),100% - 1.4mm);width:2.8mm;height:2.8mm;margin-left:-1.4mm;border-width:.5mm}.ruler-limit{top:6.6mm;left:clamp(28mm,var(--threshold),100% - 28mm)}
.stage{padding:0;margin:0 0 3mm}.row+.row{margin-top:3mm}.tiles{gap:3mm}
.row-head{margin-bottom:1mm;font-size:9pt;line-height:1.3}.row-head.long,.row-head.long .about{font-size:7pt}.row-head.long .letter{width:11pt;font-size:7pt;line-height:9pt;border-width:1pt}.tile img{width:min(100%,var(--height)*var(--ratio));outline:.5pt solid #999;outline-offset:-.5pt}.tile figcaption{margin-top:1mm}
.legend{gap:1mm 3mm;margin-top:2.5mm;padding-top:2mm}.legend .scale-words{font-size:7.5pt;line-height:1.36}.scale-bar{height:5pt;margin:2pt 0}.sign{background:none;border:1pt solid #000;color:#000;line-height:13px}
.labelled{grid-template-columns:26mm minmax(0,1fr);gap:0 4mm;padding:1.4mm 0;border-top:.5pt solid var(--hair)}.labelled h3{margin:0;font-size:9pt;break-after:auto}.labelled p{margin:0 0 .7mm}.labelled ul{padding-left:4mm}.condition{font-size:7.5pt;line-height:1.42}.dense .labelled:not(.personal) p:not(.condition),.dense .caveats li{font-size:8pt;line-height:1.42}.labelled li{margin:0 0 .7mm}.box{width:11pt;height:11pt;font-size:9pt;line-height:9pt}
.matches{margin:1.5mm 0}.matches svg{background:none;border-radius:0;max-height:100mm;print-color-adjust:exact;-webkit-print-color-adjust:exact}.matched{break-inside:avoid}
.examples{grid-template-columns:22mm repeat(5,minmax(0,27mm));gap:2mm;margin:1.5mm 0;break-inside:avoid}.examples img{background:none;outline:.5pt solid #ccc;border-radius:0}.examples figcaption{margin-top:1mm;font-size:7pt;line-height:1.3}
.what-ifs h2{font-size:11pt}.what-if{margin-top:4mm}.edited{gap:3mm 5mm;margin-top:1.5mm}.picture img{max-height:62mm;outline:.5pt solid #999;outline-offset:-.5pt;border-radius:0}.picture .note{margin:1mm 0 0}
.warnings{padding:1.5mm 3mm;margin:2.5mm 0 0;font-size:8.5pt}.warnings li{margin:.6mm 0}.warnings ul{margin-top:1pt}.bang{width:11pt;height:11pt;border-width:1pt;font-size:8pt;line-height:9pt}
.fine{font-size:7.5pt;margin:0;padding-top:1.4mm;border-top:.5pt solid var(--hair)}.long-note{margin-top:3mm;padding-left:3mm;border-left-width:2pt}
.flip{gap:1mm 4mm;margin:2mm 0}.flip .claim{font-size:8.5pt}.flip-pictures{gap:2mm}.flip-pictures img{width:30mm;height:30mm}.flip-pictures figcaption{max-width:30mm;font-size:7pt}
.details{font-size:8pt}.details .score dd{font-size:11pt}.details .evidence{grid-template-columns:minmax(0,1fr) 64mm}.details .facts tr:nth-last-child(-n+2){break-before:avoid}.evidence{grid-template-columns:minmax(0,1fr) 84mm;gap:0 8mm}.charts,.tables,.says{gap:4pt 8mm}
table{margin:3pt 0 6pt}th,td{padding:2pt 8pt 2pt 0}.facts th{width:30%}.files code{font-size:7pt}
.glossary dl{columns:3;column-gap:7mm;margin-top:6pt}.glossary dl div{padding:1.5pt 0}.cite{margin-top:10pt}
.line{height:25pt;font-size:8pt}.signer{font-size:10pt}
a{color:inherit;text-decoration:none}summary{color:inherit}
.chart rect,.chart circle{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
