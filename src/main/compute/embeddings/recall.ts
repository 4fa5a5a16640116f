import type { NeighbourRecall } from '../../../shared/embeddings.ts';
import { numberIn } from '../../../shared/numbering.ts';
import { ImageTable } from '../../domain/pairs/packed.ts';
import { neighbourRecall } from '../../domain/retrieval/neighbour-recall.ts';
import type { EmbeddingCalls } from '../protocol/embeddings.ts';
import { readNeighbours } from './open-embeddings.ts';

/** Recall of stored neighbours with the classes that the images have now. Throws as readNeighbours does. */
export async function recallOfStored({
  embedded,
  ids,
  images,
  excluded,
  units,
  edits,
}: EmbeddingCalls['neighbourRecall']['args']): Promise<NeighbourRecall | null> {
  const { k, positions } = await readNeighbours(embedded);
  const table = new ImageTable(images);
  const at = Int32Array.from(ids, (id) => table.positionOf(id)); // [n] position of each row's image
  const contents = new Map<string, number>();
  const found = neighbourRecall({
    k,
    positions,
    classOf: at.map((i) => images.classOf[i]!),
    groupOf: at.map((i) => images.groupOf[i]!),
    contentOf: at.map((i) => numberIn(contents, table.content(i))),
    included: Uint8Array.from(at, (i) => 1 - excluded[i]!),
    units: at.map((i) => units.of[i]!),
    over: units.over,
  });
  return found && { ...found, edits };
}
