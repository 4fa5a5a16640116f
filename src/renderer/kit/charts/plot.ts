import uPlot from 'uplot';
import { padRange, spreadLabels } from '../../../shared/charts/scale.ts';
import { type CurveSet, PART_WORDS } from '../../../shared/charts/curves.ts';
import { dashOf, runColour, widthOf } from '../../../shared/charts/line-styles.ts';
import type { Range } from './range.ts';

export interface PlotInput {
  curveSet: CurveSet;
  single: boolean; // one run: its curves are labelled training and validation
  best: { order: number; epoch: number }[];
  range: Range;
  log: boolean;
  domain: Range | null; // of the values; null: automatic
}

export interface PlotEvents {
  /** An epoch under the pointer, or null. */
  onEpoch(epoch: number | null): void;
  onRange(range: Range): void;
}

const LABEL_PX = 74; // space for the labels at the line ends
const FONT = '11.5px Inter, system-ui, sans-serif';

/** Plots the curves. Colours come from the CSS tokens of `host` at creation: create it again after a theme change. */
export function makePlot(host: HTMLElement, input: PlotInput, events: PlotEvents): uPlot {
  const style = getComputedStyle(host);
  const colour = (token: string): string => style.getPropertyValue(token).trim();
  const fade = (token: string, share: number): string => `color-mix(in srgb, ${colour(token)} ${share}%, transparent)`;
  const axis: uPlot.Axis = {
    stroke: colour('--dim'),
    font: FONT,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1, size: 4 },
  };
  const { single } = input;
  const options: uPlot.Options = {
    width: Math.max(160, host.clientWidth),
    height: Math.max(120, host.clientHeight),
    padding: [14, LABEL_PX, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    scales: {
      x: { time: false, range: () => [...input.range] as [number, number] },
      y: input.log
        ? { distr: 3 }
        : input.domain
          ? { range: [...input.domain] as [number, number] }
          : { range: (_u, low, high) => padRange(low, high) },
    },
    axes: [
      { ...axis, size: 26, space: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
      { ...axis, size: 46, space: 30, ...(input.log ? { filter: (_u, splits) => splits } : {}) },
    ],
    series: [
      {},
      ...input.curveSet.curves.map(({ order, part, faint }) => ({
        stroke: faint ? fade(runColour(order), 30) : fade(runColour(order), part === 'train' && !single ? 65 : 100),
        width: faint ? 1 : widthOf(part, single),
        dash: [...dashOf(order, part, single)],
        points: { show: input.curveSet.epochs.length === 1, size: 6 },
        spanGaps: false,
      })),
    ],
    hooks: {
      setCursor: [
        (u) => {
          // Without a pointer event there is no cursor: the epoch chosen by keys stays.
          if (u.cursor.event) events.onEpoch(u.cursor.idx == null ? null : (input.curveSet.epochs[u.cursor.idx] ?? null));
        },
      ],
      setSelect: [
        (u) => {
          if (u.select.width < 8) return;
          events.onRange([u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')]);
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      draw: [
        (u) => {
          drawBest(u, input, colour);
          drawLabels(u, input, colour);
        },
      ],
    },
  };
  return new uPlot(options, dataOf(input.curveSet), host);
}

export const dataOf = ({ epochs, curves }: CurveSet): uPlot.AlignedData => [epochs, ...curves.map(({ values }) => values)];

function drawBest(u: uPlot, { best, curveSet, range }: PlotInput, colour: (token: string) => string): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  for (const { order, epoch } of best) {
    if (epoch < range[0] || epoch > range[1]) continue;
    const x = u.valToPos(epoch, 'x', true);
    ctx.strokeStyle = colour(runColour(order));
    ctx.lineWidth = ratio;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const at = curveSet.curves.findIndex((c) => c.order === order && c.part === 'valid' && !c.faint);
    const value = curveSet.curves[at]?.values[epoch - 1];
    if (value == null) continue;
    ctx.setLineDash([]);
    ctx.fillStyle = colour('--panel');
    ctx.lineWidth = 2 * ratio;
    ctx.beginPath();
    ctx.arc(x, u.valToPos(value, 'y', true), 4 * ratio, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

/** Labels at the right ends of the lines, moved apart where they overlap. */
function drawLabels(u: uPlot, { curveSet, single, range }: PlotInput, colour: (token: string) => string): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const labelled = curveSet.curves.some(({ part }) => part === 'valid') ? 'valid' : 'train';
  const shown = curveSet.curves.filter((c) => !c.faint && (single || c.part === labelled));
  const ends = shown.flatMap((curve) => {
    const last = Math.min(curve.values.length, Math.floor(range[1]));
    const at = curve.values.findLastIndex((value, i) => value !== null && i < last);
    return at < 0 ? [] : [{ curve, y: u.valToPos(curve.values[at]!, 'y', true) }];
  });
  const labelPositions = spreadLabels(
    ends.map(({ y }) => y),
    14 * ratio,
    bbox.top + 4,
    bbox.top + bbox.height,
  );
  ctx.save();
  ctx.font = `500 ${11.5 * ratio}px Inter, system-ui, sans-serif`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ends.forEach(({ curve }, i) => {
    ctx.fillStyle = colour(runColour(curve.order));
    const words = single ? PART_WORDS[curve.part] : curve.name;
    ctx.fillText(words.length > 11 ? `${words.slice(0, 10)}…` : words, bbox.left + bbox.width + 6 * ratio, labelPositions[i]!);
  });
  ctx.restore();
}
