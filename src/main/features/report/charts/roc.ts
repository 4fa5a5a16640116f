import type { Metrics } from '../../../../shared/run.ts';
import { splitName } from '../../../domain/evaluate/check.ts';
import { aucText, distanceText } from '../../../../shared/format.ts';
import { markup, type Html } from '../html.ts';
import { axes, drawing, type Box } from './frame.ts';
import { linePath, px } from '../../../../shared/charts/path.ts';
import { linearAxis } from '../../../../shared/charts/scale.ts';

const BOX: Box = { width: 400, height: 376, left: 44, right: 344, top: 26, bottom: 326 };

/** The ROC of each judged split (by dashes: test solid), guessing as the diagonal, and where the threshold puts the first split. */
export function rocChart(metrics: readonly Metrics[]): Html {
  const x = linearAxis([0, 1], [BOX.left, BOX.right], 5);
  const y = linearAxis([0, 1], [BOX.bottom, BOX.top], 5);
  const label = metrics.map((m) => `ROC on ${splitName(m.split)} pairs: AUC ${aucText(m.auc)}.`).join(' ');
  return drawing(
    BOX,
    label,
    markup`${axes(BOX, x, y, { x: 'same pairs called different (false positive rate)', y: 'different pairs called different (true positive rate)' })}
      <path class="chance" d="M${BOX.left} ${BOX.bottom}L${BOX.right} ${BOX.top}" />
      <text class="tick" x="${px(x.position(0.62))}" y="${px(y.position(0.56))}">guessing</text>
      ${metrics.map((m) => markup`<path class="line roc-${m.split}" d="${linePath(m.roc.map(([fpr, tpr]) => [x.position(fpr), y.position(tpr)]))}" />`)}
      ${metrics.map((m, i) => key(m, y.position(0.06) - 18 * (metrics.length - 1 - i)))}
      ${metrics[0] && workingPoint(metrics[0], x.position, y.position)}`,
  );
}

function key(metrics: Metrics, at: number): Html {
  const left = BOX.left + 130;
  return markup`<path class="line roc-${metrics.split}" d="M${left} ${px(at - 4)}h26" /><text class="direct" x="${left + 34}" y="${px(at)}">
      ${splitName(metrics.split)}: AUC ${aucText(metrics.auc)}
    </text>`;
}

function workingPoint({ confusion: [[tn, fp], [fn, tp]], threshold }: Metrics, x: (v: number) => number, y: (v: number) => number): Html {
  const [cx, cy] = [x(fp / (tn + fp)), y(tp / (fn + tp))];
  const below = cy < BOX.bottom - 90;
  return markup`<circle class="dot valid" cx="${px(cx)}" cy="${px(cy)}" r="4.5" /><text class="marked" x="${px(cx + 9)}" y="${px(cy + (below ? 18 : -8))}">
      threshold ${distanceText(threshold)}
    </text>`;
}
