import type { EpochRow } from '../../../../shared/run.ts';
import { markup, type Html } from '../html.ts';
import { axes, drawing, type Box } from './frame.ts';
import { linePath, px } from '../../../../shared/charts/path.ts';
import { countingAxis, extentOf, linearAxis, spreadLabels } from '../../../../shared/charts/scale.ts';

const BOX: Box = { width: 460, height: 260, left: 44, right: 384, top: 38, bottom: 210 };

export interface CurveChart {
  name: string; // of the quantity, with its unit
  label: string; // what the drawing shows, for those who cannot see it
  train: (row: EpochRow) => number;
  valid: (row: EpochRow) => number;
  domain?: [number, number]; // fixed where the quantity has natural bounds
}

/** Training and validation over the epochs, told apart by dashes and by a label at each line's end, with the kept epoch marked. */
export function curves(epochs: readonly EpochRow[], bestEpoch: number | null, chart: CurveChart): Html {
  const x = countingAxis([Math.min(1, epochs[0]?.epoch ?? 1), Math.max(2, epochs.at(-1)?.epoch ?? 2)], [BOX.left + 8, BOX.right - 8], 6);
  const values = epochs.flatMap((row) => [chart.train(row), chart.valid(row)]);
  const y = linearAxis(chart.domain ?? extentOf([0, ...values]), [BOX.bottom, BOX.top], 5);
  const lines = [
    { name: 'training', className: 'train', value: chart.train },
    { name: 'validation', className: 'valid', value: chart.valid },
  ];
  const place = (value: (row: EpochRow) => number): (readonly [number, number])[] =>
    epochs.map((row) => [x.position(row.epoch), y.position(value(row))] as const);
  const ends = lines.map(({ value }) => place(value).findLast(([, at]) => Number.isFinite(at))?.[1] ?? BOX.bottom);
  const labels = spreadLabels(ends, 16, BOX.top, BOX.bottom - 4);
  const best = epochs.find((row) => row.epoch === bestEpoch);
  return drawing(
    BOX,
    chart.label,
    markup`${axes(BOX, x, y, { x: 'epoch', y: chart.name })}${best && bestMark(x.position(best.epoch), best.epoch)}
    ${lines.map(
      ({ name, className, value }, i) =>
        markup`<path class="line ${className}" d="${linePath(place(value))}" />
          ${
            epochs.length === 1 &&
            place(value)
              .filter(([, cy]) => Number.isFinite(cy))
              .map(([cx, cy]) => markup`<circle class="dot ${className}" cx="${px(cx)}" cy="${px(cy)}" r="3" />`)
          }<text
            class="direct ${className}"
            x="${BOX.right + 2}"
            y="${px(labels[i] + 4)}"
          >
            ${name}
          </text>`,
    )}
    ${
      best && Number.isFinite(chart.valid(best))
        ? markup`<circle class="dot valid" cx="${px(x.position(best.epoch))}" cy="${px(y.position(chart.valid(best)))}" r="4" />`
        : null
    }`,
  );
}

function bestMark(at: number, epoch: number): Html {
  const anchor = at > (BOX.left + BOX.right) / 2 ? 'end' : 'start';
  return markup`<path class="mark" d="M${px(at)} ${BOX.top - 12}V${BOX.bottom}" /><text
      class="marked ${anchor}"
      x="${px(at + (anchor === 'end' ? -5 : 5))}"
      y="${BOX.top - 4}"
    >
      best: epoch ${epoch}
    </text>`;
}
