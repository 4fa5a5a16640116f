import { markup, type Content, type Html } from '../html.ts';
import { px } from '../../../../shared/charts/path.ts';
import type { Axis } from '../../../../shared/charts/scale.ts';

/** The plot area inside a drawing, px. */
export interface Box {
  width: number; // of the drawing
  height: number;
  left: number;
  right: number; // the plot ends here, not a margin
  top: number;
  bottom: number;
}

export function drawing(box: Pick<Box, 'width' | 'height'>, label: string, content: Content): Html {
  return markup`<svg class="chart" viewBox="0 0 ${box.width} ${box.height}" width="${box.width}" height="${box.height}" role="img" aria-label="${label}">
    ${content}
  </svg>`;
}

export function axes(box: Box, x: Axis, y: Axis, titles: { x: string; y: string }): Html {
  const middle = px((box.left + box.right) / 2);
  return markup`${y.ticks.map(
    ({ at, label }) =>
      markup`<path class="grid" d="M${px(box.left)} ${px(at)}H${px(box.right)}" /><text class="tick end" x="${px(box.left - 7)}" y="${px(at + 4)}">
            ${label}
          </text>`,
  )}
    <path class="axis" d="M${px(box.left)} ${px(box.bottom)}H${px(box.right)}" />
    ${xTicks(box, x)}
    <text class="title mid" x="${middle}" y="${box.height - 5}">${titles.x}</text>
    <text class="title" x="4" y="13">${titles.y}</text>`;
}

export const xTicks = (box: Box, x: Axis): Content =>
  x.ticks.map(
    ({ at, label }) =>
      markup`<path class="axis" d="M${px(at)} ${px(box.bottom)}v4" /><text class="tick mid" x="${px(at)}" y="${px(box.bottom + 18)}">${label}</text>`,
  );
