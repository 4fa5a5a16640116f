import { meaningOf } from '../../../../shared/same-meaning.ts';
import { aucText, countText, distanceText, percentText } from '../../../../shared/format.ts';
import { type Estimate, type Retrieval, type RetrievalFigures, SPACES } from '../../../../shared/structure.ts';
import {
  amongText,
  FIGURE_NAMES,
  gainSentence,
  limitSentence,
  mostConfused,
  retrievalNote,
  retrievalScope,
} from '../../../../shared/structure-words.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import type { ReportRun } from '../types.ts';

const CONFUSED = 10;
const CLASSES = 20; // the least accurate ones

/** What limits the AUC, nearest neighbours, and the classes that are confused. */
export function structurePart({ structure, config }: ReportRun): Html {
  const title = markup`<h3>Neighbours and classes</h3>`;
  if (!structure) return markup`${title}<p>Not measured: neighbours and classes of this network’s test images are not known.</p>`;
  const { classes, perClass } = structure;
  const { noun } = meaningOf(config);
  const listed = perClass
    .flatMap((figures, c) => (figures.accuracy ? [{ name: classes.names[c]!, ...figures, accuracy: figures.accuracy }] : []))
    .sort((x, y) => x.accuracy.value - y.accuracy.value);
  return markup`${title}
<p><b>What limits this result.</b> ${limitSentence(structure.limit, config.scope !== 'head')}</p>
${structure.retrieval.map((one) => retrievalTable(one, noun))}
${structure.retrieval.length > 0 && markup`<p class="note">${retrievalNote(noun)}</p>`}
<table class="figures"><caption>${listed.length > CLASSES ? `The ${CLASSES} least accurate of ${countText(listed.length)} classes` : 'Classes, least accurate first'}</caption><thead><tr><th scope="col">Class</th><th scope="col">Test images</th><th scope="col">Right <span class="term">of the pairs with the class</span></th><th scope="col">Wrong, same pairs</th><th scope="col">Wrong, different pairs</th><th scope="col">Recall@1</th></tr></thead>
<tbody>${listed
    .slice(0, CLASSES)
    .map(
      ({ name, images, accuracy, sameWrong, same, differentWrong, different, recall1 }) =>
        markup`<tr><th scope="row">${nameOf(name)}</th><td>${countText(images)}</td><td>${percentText(accuracy.value)} <span class="term">${accuracy.interval.map(percentText).join(' to ')}</span></td><td>${countText(sameWrong)} of ${countText(same)}</td><td>${countText(differentWrong)} of ${countText(different)}</td><td>${recall1 === null ? '–' : aucText(recall1)}</td></tr>`,
    )}</tbody></table>
${confusedTable(structure.classes)}`;
}

function retrievalTable(retrieval: Retrieval, noun: string): Html {
  const cell = ({ value, interval }: Estimate): Html =>
    markup`<td>${aucText(value)} <span class="term">${interval.map(aucText).join(' to ')}</span></td>`;
  const names = Object.entries(FIGURE_NAMES) as [keyof RetrievalFigures, string][];
  return markup`<table class="figures"><caption>Nearest neighbours, ${amongText(retrieval).toLowerCase()}</caption><thead><tr><th scope="col">Figure</th><th scope="col">By the embedding</th><th scope="col">By raw cosine</th></tr></thead>
<tbody>${names.map(([name, label]) => markup`<tr><th scope="row">${label}</th>${SPACES.map((space) => cell(retrieval.figures[space][name]))}</tr>`)}</tbody></table>
<p>${retrievalScope(retrieval, noun)} ${gainSentence(retrieval)}</p>`;
}

function confusedTable(classes: NonNullable<ReportRun['structure']>['classes']): Html | null {
  const cells = mostConfused(classes, CONFUSED);
  if (cells.length === 0) return null;
  return markup`<table class="figures"><caption>Most confused classes</caption><thead><tr><th scope="col">Classes</th><th scope="col">Different pairs called same</th><th scope="col">Mean distance</th></tr></thead>
<tbody>${cells.map(
    ({ a, b, wrong, pairs, distance }) =>
      markup`<tr><th scope="row">${nameOf(classes.names[a]!)} with ${nameOf(classes.names[b]!)}</th><td>${countText(wrong)} of ${countText(pairs)}</td><td>${distanceText(distance)}</td></tr>`,
  )}</tbody></table>`;
}
