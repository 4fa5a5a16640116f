import { z } from 'zod';
import { call, curatedCall } from './contract-call.ts';
import type { DecisionKind, FolderQuery, FolderSearch } from './folder-search.ts';
import type { Job } from './job.ts';
import { text } from './schema-parts.ts';
import type { JudgementCounts, SimilarAnswer } from './similar.ts';
import { DecideSchema, FolderSearchSchema, ImageJudgementSchema, SimilarQuerySchema } from './similar-schema.ts';

const SearchId = z.strictObject({ search: text('The search') });
const JudgementId = z.strictObject({ dataset: text('The data set'), id: text('The judgement') });

/** The calls of CALLS that look for images in a data set. */
export const SIMILAR_CALLS = {
  'similar.find': call<SimilarAnswer>()(SimilarQuerySchema), // 'bad-request' unless the data set is analysed with this source
  'similar.judge': call<{ id: string; counts: JudgementCounts }>()(ImageJudgementSchema), // in place of an earlier one of the same images
  'similar.undoJudgement': call<JudgementCounts>()(JudgementId), // the one before is in force again
  'similar.redoJudgement': call<JudgementCounts>()(JudgementId),

  'searches.start': curatedCall<Job>()(FolderSearchSchema), // a folder of images that are looked for; result: { search }
  'searches.list': call<FolderSearch[]>()(z.strictObject({ dataset: text('The data set') })), // newest first
  'searches.get': call<{ search: FolderSearch; decisions: (DecisionKind | null)[] }>()(SearchId), // decisions on its queries, in order
  'searches.query': call<FolderQuery>()(SearchId.extend({ position: z.number().int().min(0) })),
  'searches.decide': call<FolderSearch>()(DecideSchema),
  'searches.undo': call<{ position: number | null }>()(SearchId), // the last decision; null: there is none
  'searches.remove': call<null>()(SearchId), // 'searches.restore' undoes it; judgements stay
  'searches.restore': call<null>()(SearchId),
  // csv: one row a file; html: a page with the images. Without `out` into the workspace's exports folder. result: { file }
  'searches.export': call<Job>()(SearchId.extend({ format: z.enum(['csv', 'html']), out: text('The file').optional() })),
};
