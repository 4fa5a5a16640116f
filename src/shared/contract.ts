import { z } from 'zod';
import { TARGETS, type ExplainedComparison, type ComparisonRow, type RunMapScale, SCALE_CHOICES } from './comparison.ts';
import {
  CurationEdit,
  type CuratedImage,
  type CurationEntry,
  type CurationState,
  type DatasetCounts,
  type FoundImages,
  ImageQuery,
} from './curation.ts';
import { type DatasetSummary, type FolderPreview, SPLIT_SOURCES } from './dataset.ts';
import type { MatchesAnswer } from './matches.ts';
import { METHODS } from './explanation-methods.ts';
import { type Call, call, curatedCall } from './contract-call.ts';
import { BUNDLE_CALLS } from './bundle-calls.ts';
import { DUPLICATE_CALLS } from './duplicate-calls.ts';
import { EMBEDDING_CALLS } from './embedding-calls.ts';
import { IMAGE_MAP_CALLS } from './image-map-calls.ts';
import { QUALITY_CALLS } from './quality-calls.ts';
import { ENCODER_CALLS } from './encoder-calls.ts';
import type { EventName, Events } from './events.ts';
import { LABEL_CALLS } from './label-calls.ts';
import { MODEL_CALLS } from './model-calls.ts';
import type { ExperimentComparison, ExperimentRow, NotComparable } from './experiment.ts';
import type { ExamplesAnswer } from './examples.ts';
import type { PictureName } from './flip.ts';
import { type PairQueue, QUEUE_KINDS } from './pair-queue.ts';
import type { RunRow, Metrics } from './run.ts';
import type { RunDifference } from './run-comparison.ts';
import type { TrainingPlan } from './training-plan.ts';
import type { Job } from './job.ts';
import { MAX_LOGO_BYTES, REPORT_FORMATS, type ReportLogo, type ReportPreview, type ReportRecord, SECTION_NAMES } from './report.ts';
import type { PairListSummary } from './pair-list.ts';
import { NETWORKS } from './backbones.ts';
import { text, wholeNumber } from './schema-parts.ts';
import type { StructureAnswer } from './structure.ts';
import { SettingsPatch } from './setting-schema.ts';
import { SIMILAR_CALLS } from './similar-calls.ts';
import { ThresholdChoiceSchema } from './threshold-schema.ts';
import { TABLE_CALLS } from './table-calls.ts';
import type { ThresholdEntry } from './thresholds.ts';
import type { WhatIf, WhatIfAnswer, WhatIfs } from './what-if.ts';
import { Strokes } from './what-if-schema.ts';
import { CHOICES, RESUME_CHOICES } from './training-options/schemas.ts';
import { choiceValues, DEVICES, ENGINES } from './training-options/table.ts';
import { JUDGEMENTS } from './judgement-words.ts';
import type { AppInfo, CacheUsage, DeviceReport, Diagnostics, FolderListing, LicenceNotice, Settings } from './workbench.ts';

export const ImportRequest = z.strictObject({
  folder: text('The folder'),
  name: z.string().optional(),
  groupBy: z.string().optional(), // regular expression over file names, or over paths if it contains a /
  groupName: z.string().max(40, 'must have at most 40 characters').optional(), // "listing"; needs groupBy
  splits: z.enum(SPLIT_SOURCES).optional(), // default 'folders'
  splitSeed: wholeNumber(0, 2 ** 31).optional(),
});

/** The chosen options of a training; a missing one gets the default for this kind of training. */
export const TrainRequest = z.strictObject({ dataset: text('The data set'), ...CHOICES });

/** Changes apply from the next epoch on; a missing option keeps its value. */
export const ResumeRequest = z.strictObject({ run: text('The run'), ...RESUME_CHOICES });
export const EvaluateRequest = z.strictObject({ run: text('The run'), split: z.enum(['test', 'valid']).default('test') });
/** How maps are computed. Default: 'path', or 'gradcam' if only a layer is given; the last layer. */
const MAP_CHOICE = { method: z.enum(METHODS).optional(), layer: z.string().optional() };
export const CompareRequest = z.strictObject({
  run: text('The run'),
  images: z.tuple([text('The first image'), text('The second image')]),
  target: z.enum(TARGETS).default('verdict'),
  ...MAP_CHOICE,
  out: z.string().optional(), // a folder for copies of images and maps
});
const Author = z.string().max(200, 'must have at most 200 characters');
const Sections = z.array(z.enum(SECTION_NAMES)).max(SECTION_NAMES.length);
export const ReportRequest = z.strictObject({
  comparisons: z.array(text('A comparison')).min(1, 'choose at least one comparison'),
  out: text('The file'),
  title: z.string().optional(),
  author: Author.optional(),
  logo: text('The logo').optional(), // a PNG, JPEG, WebP or SVG file
  sections: Sections.optional(), // default DEFAULT_SECTIONS
});
export const ExportRequest = z.strictObject({ run: text('The run'), format: z.enum(['onnx', 'safetensors']), out: text('The file') });
export const BenchRequest = z.strictObject({
  task: z.enum(['train', 'infer', 'explain', 'embed']).default('train'),
  backbone: z.enum(NETWORKS).default('mobilenet_v2'),
  pairs: wholeNumber(1, 256).default(8),
  size: wholeNumber(32, 1024).default(224),
  steps: wholeNumber(1, 1000).default(4),
  scope: z.enum(choiceValues('scope')).default('all'), // of a training step
  batchNorm: z.enum(choiceValues('batchNorm')).default('batch'), // in a training step
  profile: z.boolean().default(false),
  folder: z.string().optional(),
  limit: wholeNumber(1, 1_000_000_000).optional(), // images, for the task embed
  engine: z.enum(ENGINES).default('onnx'),
  device: z.enum(DEVICES).default('cpu'),
});

export type TrainRequest = z.infer<typeof TrainRequest>;
export type ResumeRequest = z.infer<typeof ResumeRequest>;
export type CompareRequest = z.infer<typeof CompareRequest>;
export type ImageRef = z.infer<typeof ImageRef>;
export type ExplainPair = z.infer<typeof ExplainPair>;
export type QueueRequest = z.infer<typeof QueueRequest>;
export type CheckRequest = z.infer<typeof CheckRequest>;
export type BenchRequest = z.infer<typeof BenchRequest>;

const NoInput = z.strictObject({});
const DatasetId = z.strictObject({ dataset: text('The data set') });
const PairFile = z.strictObject({ dataset: text('The data set'), file: text('The file of pairs') });
const HistoryEntry = z.strictObject({ dataset: text('The data set'), position: z.number().int().min(1) });
const RunId = z.strictObject({ run: text('The run') });
const ExperimentId = z.strictObject({ experiment: text('The experiment') });
const ComparisonId = z.strictObject({ comparison: text('The comparison') });
const EditId = z.strictObject({ edit: text('The edit') });
const ReportId = z.strictObject({ report: text('The report') });
const EditNote = z.string().max(2000); // of a what-if edit
const notes = { name: z.string().max(200), tags: z.array(z.string().trim().min(1).max(100)).max(100), note: z.string().max(20_000) };

/** An image of a data set, or any image file on the computer running Twinlens. */
export const ImageRef = z.union([
  z.strictObject({ dataset: text('The data set'), id: z.number().int().min(0) }),
  z.strictObject({ file: text('The file') }),
]);
export const ExplainPair = z.strictObject({
  run: text('The run'),
  a: ImageRef,
  b: ImageRef,
  target: z.enum(TARGETS).default('verdict'),
  ...MAP_CHOICE,
});
export const QueueRequest = z.strictObject({
  run: text('The run'),
  split: z.enum(['test', 'valid']).default('test'),
  kind: z.enum(QUEUE_KINDS),
  between: z.strictObject({ by: z.enum(['class', 'group']), names: z.tuple([z.string(), z.string()]) }).optional(), // default: all pairs
  seed: wholeNumber(0, 2 ** 31).default(1), // of 'random'
  limit: wholeNumber(1, 10_000).default(200),
});
/** Comparisons whose maps are checked: stored ones, or the first pairs of a queue, which are explained first. */
export const CheckRequest = z.union(
  [
    z.strictObject({ comparisons: z.array(text('A comparison')).min(1).max(1000) }),
    QueueRequest.extend({ limit: wholeNumber(1, 200).default(20), target: z.enum(TARGETS).default('verdict'), ...MAP_CHOICE }),
  ],
  { error: 'name 1 to 1,000 comparisons, or a run with a kind of queue and at most 200 pairs' },
);
export const ReportDraft = z.strictObject({
  report: z.string().optional(), // missing: a new one
  title: z.string().max(500),
  introduction: z.string().max(100_000).default(''),
  comparisons: z.array(text('A comparison')).max(1000),
  // Missing: as stored; for a new report the last author and logo, DEFAULT_SECTIONS.
  author: Author.optional(),
  logo: z.string().max(64).nullable().optional(), // as 'reports.addLogo' returns it
  sections: Sections.optional(),
});

/**
 * Every call that a screen can make, declared once: preload, web client, server and fakes follow from this table. Inputs are
 * parsed at the door. A call that returns a Job answers at once; the job's end comes as an event.
 */
export const CALLS = {
  'app.info': call<AppInfo>()(NoInput),
  'app.licences': call<LicenceNotice[]>()(NoInput),
  'app.devices': call<DeviceReport | null>()(NoInput), // of the last doctor job; null before the first
  'app.doctor': call<Job>()(NoInput),
  'app.previewUsage': call<CacheUsage>()(NoInput), // cached thumbnails and previews
  'app.diagnostics': call<Diagnostics>()(NoInput), // to send with an error report: no images, no tokens
  'app.clearPreviews': call<CacheUsage>()(NoInput),
  'app.logError': call<{ log: string | null }>()(z.strictObject({ trace: z.string().min(1).max(50_000) })), // an unexpected error of the screen; `log`: file that has it
  'settings.get': call<Settings>()(NoInput),
  'settings.set': call<Settings>()(SettingsPatch),

  'jobs.list': call<Job[]>()(NoInput), // newest first
  'jobs.cancel': call<null>()(z.strictObject({ job: text('The job') })),
  'jobs.dismiss': call<null>()(z.strictObject({ job: text('The job') })), // removes a finished one from the list

  'files.list': call<FolderListing>()(z.strictObject({ folder: z.string().nullable(), allowFile: z.boolean().optional() })), // folder null: home; a file: its folder
  'files.choose': call<null>()(z.strictObject({ file: text('The file') })), // an image chosen in the screen's own dialog; from now on it may be shown

  'datasets.list': curatedCall<DatasetSummary[]>()(NoInput),
  'datasets.get': curatedCall<DatasetSummary>()(DatasetId),
  'datasets.import': call<Job>()(ImportRequest), // result: { dataset }
  'datasets.sample': call<Job>()(NoInput), // generates and imports the sample data set; result: { dataset }
  'datasets.remove': call<null>()(DatasetId), // from lists; files and runs stay
  'datasets.restore': call<null>()(DatasetId),
  'datasets.counts': call<DatasetCounts>()(DatasetId),
  'datasets.preview': call<FolderPreview>()(
    z.strictObject({ folder: text('The folder'), groupBy: z.string().optional(), splits: z.enum(SPLIT_SOURCES).optional() }),
  ), // before an import
  'datasets.folder': call<{ root: string; exists: boolean }>()(DatasetId),
  'datasets.relocate': curatedCall<DatasetSummary>()(z.strictObject({ dataset: text('The data set'), folder: text('The folder') })), // it has moved
  // csv: `out` is a file, or left out: one in the workspace's exports folder. copy: `out` is a folder to be made. result: { file }
  'datasets.export': call<Job>()(
    z.strictObject({ dataset: text('The data set'), format: z.enum(['csv', 'copy']), out: text('The target path').optional() }),
  ),
  'images.find': call<FoundImages>()(ImageQuery),
  'images.rows': call<CuratedImage[]>()(z.strictObject({ dataset: text('The data set'), ids: z.array(z.number().int().min(0)).max(1000) })),
  'images.copies': call<{ ids: number[] }>()(DatasetId), // images that have a copy with the same pixels, excluded ones included; copies follow each other
  'images.ofWarnings': curatedCall<{ text: string; ids: number[] }[]>()(DatasetId), // those that each warning of the summary speaks of, by its text
  'images.problem': call<{ reason: string | null }>()(z.strictObject({ dataset: text('The data set'), id: z.number().int().min(0) })), // why it can't be shown
  'curation.apply': call<CurationState>()(z.strictObject({ dataset: text('The data set'), edit: CurationEdit })),
  'curation.undo': call<CurationState>()(HistoryEntry), // refused if a later change is in effect
  'curation.redo': call<CurationState>()(HistoryEntry),
  'curation.state': call<CurationState>()(DatasetId),
  'curation.history': call<CurationEntry[]>()(DatasetId), // newest first
  'curation.imagesOf': call<{ ids: number[] }>()(HistoryEntry), // images that this entry changed

  // Reads a file of pairs of the data set and stores the usable ones, for the choice `pairs` of a training.
  'pairs.check': curatedCall<PairListSummary>()(PairFile),
  'pairs.exportProblems': curatedCall<{ file: string }>()(PairFile), // CSV in the workspace's exports folder

  'runs.list': curatedCall<RunRow[]>()(NoInput), // newest first
  'runs.get': curatedCall<RunRow>()(RunId),
  // Never fails because of the choices: it returns their problems. `measure`: time a few steps if no earlier run gives an
  // estimate (takes seconds; once per kind of training).
  'runs.plan': curatedCall<TrainingPlan>()(z.strictObject({ choices: z.record(z.string(), z.unknown()), measure: z.boolean().default(false) })),
  // One at a time; the job's subject is the data set, then the run; result: { run }. With `seeds` an experiment; result: { experiment, run }, its first.
  'runs.start': curatedCall<Job>()(TrainRequest),
  'runs.resume': curatedCall<Job>()(ResumeRequest),
  'runs.stop': call<null>()(RunId), // ends a training after its last complete epoch, of at least two; its job then evaluates the best one
  'runs.evaluate': curatedCall<Job>()(EvaluateRequest),
  'runs.thresholds': call<ThresholdEntry[]>()(RunId), // newest first; the newest is in force
  // Chooses a threshold on validation pairs. Evaluates the run on test pairs again, as a job, if it was before.
  'runs.setThreshold': curatedCall<ThresholdEntry[]>()(RunId.extend({ choice: ThresholdChoiceSchema, reason: z.string().max(2000).default('') })),
  'runs.restoreThreshold': curatedCall<ThresholdEntry[]>()(RunId.extend({ entry: wholeNumber(1, 1_000_000) })), // likewise
  'runs.fitAgain': curatedCall<Job>()(RunId), // the similarity curve of a run of an older version; the threshold stays. result: { run }
  // Redraws the network's weights and compares the maps, unless it was done before. result: { run }
  'runs.randomise': curatedCall<Job>()(z.strictObject({ run: text('The run'), ...MAP_CHOICE })),
  // Neighbours and classes on the test images; null before they are measured.
  'runs.structure': curatedCall<StructureAnswer | null>()(RunId),
  'runs.measureStructure': curatedCall<Job>()(RunId), // evaluates on test pairs first, if these changed; result: { run }
  'runs.metrics': curatedCall<Metrics | null>()(z.strictObject({ run: text('The run'), split: z.enum(['test', 'valid']) })),
  // The first run beside each of the others, on the test pairs that they share. Reads no images.
  'runs.differences': curatedCall<RunDifference[]>()(z.strictObject({ runs: z.array(text('A run')).min(2).max(16) })),
  'runs.annotate': curatedCall<RunRow>()(z.strictObject({ run: text('The run'), ...z.object(notes).partial().shape })),
  'runs.remove': curatedCall<null>()(RunId), // 'runs.restore' undoes it until Twinlens restarts
  'runs.restore': curatedCall<null>()(RunId),
  'runs.export': curatedCall<Job>()(ExportRequest), // result: { file }
  'runs.layers': curatedCall<string[]>()(RunId), // first to last
  'experiments.list': curatedCall<ExperimentRow[]>()(NoInput), // newest first
  'experiments.resume': curatedCall<Job>()(ExperimentId), // trains the seeds that are not finished; result as of 'runs.start'
  'experiments.annotate': curatedCall<ExperimentRow>()(ExperimentId.extend(z.object(notes).partial().shape)),
  'experiments.remove': curatedCall<{ runs: string[] }>()(ExperimentId), // removes its runs; 'runs.restore' undoes it for each
  // Their mean AUC, with the interval of the difference over seeds.
  'experiments.compare': curatedCall<ExperimentComparison | NotComparable>()(
    z.strictObject({ a: text('The experiment'), b: text('The experiment') }),
  ),
  ...BUNDLE_CALLS,
  ...ENCODER_CALLS,
  ...EMBEDDING_CALLS,
  ...IMAGE_MAP_CALLS,
  ...LABEL_CALLS,
  ...DUPLICATE_CALLS,
  ...QUALITY_CALLS,
  ...SIMILAR_CALLS,
  ...MODEL_CALLS,
  ...TABLE_CALLS,

  'compare.explain': curatedCall<ExplainedComparison>()(ExplainPair),
  'compare.open': curatedCall<ExplainedComparison>()(ComparisonId), // a stored one
  'compare.queue': curatedCall<PairQueue>()(QueueRequest),
  // Stores a check with each comparison: how faithful its maps are. result, for a single comparison: { comparison }
  'compare.check': curatedCall<Job>()(CheckRequest),
  // The labelled images nearest to those of a stored comparison, or how many images 'compare.readExamples' must read first.
  'compare.examples': curatedCall<ExamplesAnswer>()(ComparisonId),
  'compare.readExamples': curatedCall<Job>()(RunId), // once for a run; its features are cached
  'compare.flip': curatedCall<Job>()(ComparisonId), // stores a flip test with the comparison; result: { comparison }
  'compare.matches': curatedCall<MatchesAnswer>()(ComparisonId), // the matching spots of a stored comparison
  'compare.list': curatedCall<ComparisonRow[]>()(z.strictObject({ saved: z.boolean().optional() })), // newest first
  'compare.get': curatedCall<ComparisonRow>()(ComparisonId),
  'compare.annotate': curatedCall<ComparisonRow>()(
    z.strictObject({
      comparison: text('The comparison'),
      saved: z.boolean().optional(),
      judgement: z.enum(JUDGEMENTS).nullable().optional(),
      note: z.string().max(20_000).optional(),
      shownScale: z.enum(SCALE_CHOICES).optional(), // for its overlay files
    }),
  ),
  // The scale of a run's maps. Measures it first, as a job, if necessary.
  'compare.mapScale': curatedCall<RunMapScale>()(z.strictObject({ run: text('The run'), ...MAP_CHOICE })),
  'compare.remove': curatedCall<null>()(ComparisonId),
  'compare.restore': curatedCall<null>()(ComparisonId),

  'whatIfs.answer': call<WhatIfAnswer>()(ComparisonId.extend({ strokes: Strokes })), // to the pair with these edits; stores nothing
  'whatIfs.list': call<WhatIfs>()(ComparisonId),
  'whatIfs.putDraft': call<null>()(ComparisonId.extend({ strokes: Strokes })),
  'whatIfs.save': call<WhatIf>()(ComparisonId.extend({ edit: EditId.shape.edit.optional(), strokes: Strokes, note: EditNote.optional() })), // without `edit`: a new one, in place of the draft
  'whatIfs.annotate': call<WhatIf>()(ComparisonId.extend({ ...EditId.shape, note: EditNote })),
  'whatIfs.remove': call<null>()(EditId), // 'whatIfs.restore' undoes it until Twinlens restarts
  'whatIfs.restore': call<null>()(EditId),

  'reports.list': curatedCall<ReportRecord[]>()(NoInput), // last changed first
  'reports.get': curatedCall<ReportRecord>()(ReportId),
  'reports.save': curatedCall<ReportRecord>()(ReportDraft),
  'reports.preview': curatedCall<ReportPreview>()(ReportDraft.extend({ part: z.number().int().min(0).max(1001).default(0) })),
  'reports.write': curatedCall<Job>()(
    z.strictObject({ report: text('The report'), format: z.enum(REPORT_FORMATS), out: z.string().optional() }), // result: { report, file }
  ),
  'reports.addLogo': call<ReportLogo>()(z.strictObject({ file: z.base64().max(Math.ceil(MAX_LOGO_BYTES / 3) * 4) })), // content of a PNG, JPEG, WebP or SVG file
  'reports.logo': call<ReportLogo>()(z.strictObject({ logo: text('The logo') })), // a stored one
  'reports.remove': curatedCall<null>()(ReportId),
  'reports.restore': curatedCall<null>()(ReportId),

  // For the desktop window only. A browser gets 'bad-request'; the screen then uses its own dialogs.
  'shell.chooseFolder': call<string | null>()(z.strictObject({ title: z.string() })),
  'shell.chooseImage': call<string | null>()(z.strictObject({ title: z.string() })),
  'shell.chooseSave': call<string | null>()(z.strictObject({ title: z.string(), name: z.string(), extension: z.string() })),
  'shell.reveal': call<null>()(z.strictObject({ path: text('The path') })),
  'shell.close': call<null>()(NoInput), // the answer to 'closing': closes the window and stops running jobs
} satisfies Record<string, Call<z.ZodType, unknown>>;

export type CallName = keyof typeof CALLS;
export type CallInput<N extends CallName> = z.input<(typeof CALLS)[N]['input']>; // as a caller writes it
export type CallArgs<N extends CallName> = z.output<(typeof CALLS)[N]['input']>; // as a service gets it, defaults filled in
export type CallResult<N extends CallName> = Exclude<(typeof CALLS)[N]['output'], undefined>;

/** What every door offers to a screen. Rejects with an AppError; 'cancelled' after `signal`. */
export interface Api {
  call<N extends CallName>(name: N, input: CallInput<N>, options?: { signal?: AbortSignal }): Promise<CallResult<N>>;
  /** Returns a function that stops listening. */
  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void;
  /** URL of an image or file for <img>, <iframe> or a download; see MediaPath. */
  media(path: MediaPath): string;
  /**
   * The path of a dropped or chosen file on the computer running Twinlens; a browser uploads the file first. Uploads of one `group`, a
   * UUID, are put into one folder, for files that refer to each other by name.
   */
  fileFor(file: File, group?: string): Promise<string>;
}

/** What a door serves beside calls: `thumb` longest side 320 px, `image` at most 2048 px, both as JPEG. */
export type MediaPath =
  | `thumb/${string}/${number}` // data set, image
  | `image/${string}/${number}`
  | `file/${string}` // an image file, encodeURIComponent(path)
  | `comparison/${string}/${'a' | 'b'}-${'photo.jpg' | 'factual.png' | 'counterfactual.png' | 'signed.npy'}`
  | `comparison/${string}/${PictureName}` // of a flip test
  | `report/${string}.${'html' | 'pdf'}`
  | `export/${string}`; // a file of the workspace's exports folder, by name
