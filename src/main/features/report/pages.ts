import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { hasExamples } from '../../../shared/examples.ts';
import { DEFAULT_SECTIONS, logoSizeProblem } from '../../../shared/report.ts';
import { runNumber } from '../../../shared/run-words.ts';
import { makeScratchFolder, writeFileAtomically } from '../../foundation/files.ts';
import type { Shell } from '../../foundation/shell.ts';
import { APP_VERSION } from '../../foundation/versions.ts';
import { joinList } from '../../foundation/words.ts';
import { type ComposedReport, composeReport, type ReportContents, type ReportReaders } from './compose.ts';
import { pageExtras } from './extras.ts';
import { pageImages, pageWhatIfs } from './images.ts';
import { paperSize } from './paper-size.ts';
import type { PagePorts } from './ports.ts';
import { noPrinterError } from './printer.ts';

export type PageContents = Omit<ReportContents, 'generatedMs' | 'appVersion'>;

/** Of the command line. */
export interface WriteRequest extends Omit<PageContents, 'logo'> {
  logo?: string | undefined; // an image file
  out: string; // a name that ends in .pdf: a PDF, else HTML
}

interface WriteContext {
  signal: AbortSignal;
  printPdf: Shell['printPdf'];
}

/** Builds report pages from the current records of the workspace. */
export class ReportPages {
  private readonly ports: PagePorts;

  constructor(ports: PagePorts) {
    this.ports = ports;
  }

  /** As composeReport, with the current time. */
  compose(contents: PageContents): Promise<{ report: ComposedReport | null; missing: string[] }> {
    return composeReport(withDate(contents), this.readers());
  }

  /**
   * Measures what the page says of the runs of its comparisons, as far as it is missing: metrics on test pairs, and with the section on
   * quality neighbours, classes, and how the maps change with redrawn weights. Skips what can't be measured, for instance because images
   * are missing; the report then says so. `onStep`: called before each measurement.
   * @throws AppError 'cancelled'
   */
  async measureRuns(
    { comparisons, sections = DEFAULT_SECTIONS }: Pick<PageContents, 'comparisons' | 'sections'>,
    { signal, onStep }: { signal?: AbortSignal; onStep?: (text: string) => void } = {},
  ): Promise<void> {
    const { evaluateOnTest, randomisationOf, redrawWeights, structureOf, measureStructure } = this.ports;
    const readers = this.readers();
    const runs = new Set<string>();
    for (const id of comparisons) {
      const comparison = await readers.comparison(id);
      if (comparison) runs.add(comparison.run);
    }
    const measure = async (text: string, work: Promise<unknown>): Promise<void> => {
      onStep?.(text);
      await work.catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code === 'cancelled') throw error;
      });
    };
    for (const id of runs) {
      const run = await readers.run(id);
      if (!run) continue;
      if (!run.metrics.some(({ split }) => split === 'test'))
        await measure(`Evaluating run ${runNumber(id)} on its test pairs`, evaluateOnTest(id, signal));
      if (sections.includes('quality') && run.calibration && structureOf(id) === null)
        await measure(`Measuring neighbours and classes of run ${runNumber(id)}`, measureStructure(id, signal));
      if (sections.includes('quality') && run.calibration && randomisationOf(id) === null)
        await measure(`Redrawing the weights of run ${runNumber(id)}`, redrawWeights(id, signal));
    }
  }

  /**
   * For the command line: measures, composes, and writes one self-contained HTML file or a PDF, whole or not at all.
   * @throws AppError 'bad-image' for the logo; 'usage' without comparisons; 'not-found' for an unknown comparison; 'bad-request' for a PDF
   * without a printer; as composeReport, `printPdf` and writeFileAtomically do.
   */
  async write({ out, logo, ...contents }: WriteRequest, { signal, printPdf }: WriteContext): Promise<{ file: string }> {
    const print = out.toLowerCase().endsWith('.pdf') ? printPdf : undefined;
    if (print === null) throw noPrinterError();
    const png = logo === undefined ? null : await this.encodeLogo(await readLogo(logo));
    await this.measureRuns(contents, { signal });
    await this.readExamples(contents, { signal });
    const page = withDate({ ...contents, logo: png });
    if (print === undefined) return writeReport({ ...page, out }, this.readers());
    const folder = makeScratchFolder('twinlens-report-'); // printing needs a file
    try {
      const { file } = await writeReport({ ...page, paper: paperSize(), out: join(folder, 'report.html') }, this.readers());
      await print(file, out, signal);
      return { file: out };
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() => undefined);
    }
  }

  /** A chosen image file as the PNG that pages embed. Throws AppError 'bad-image'. */
  encodeLogo(bytes: Uint8Array): Promise<Uint8Array> {
    return this.ports.compute.ask('encodeLogo', { bytes });
  }

  /** Reads what the section on examples needs. A run for which that is not possible is skipped; the report then says why. */
  async readExamples(
    { comparisons, sections = [] }: Pick<PageContents, 'comparisons' | 'sections'>,
    o: { signal: AbortSignal; onProgress?: (p: { done: number; total: number }) => void },
  ): Promise<void> {
    if (!sections.includes('examples')) return;
    const { examples } = this.ports;
    for (const id of comparisons) {
      const row = await orNull(() => this.ports.comparison(id));
      if (row === null) continue;
      const find = async (): Promise<void> => {
        if (!hasExamples(await examples.find(id, o.signal))) await examples.read(row.run, o);
      };
      await find().catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code === 'cancelled') throw error;
      });
    }
  }

  private readers(): ReportReaders {
    const { comparison, runs, datasets, images, thresholdsOf, randomisationOf, structureOf, experimentOf, encoderRankOf } = this.ports;
    return {
      comparison: (id) => orNull(() => comparison(id)),
      images: (shown, mime) => pageImages(shown, mime, this.ports),
      editCount: ({ comparison: id }) => this.ports.whatIfs(id).length,
      whatIfs: (shown, mime) => pageWhatIfs(shown, mime, this.ports),
      extras: (shown, sections, mime) => pageExtras(shown, sections, mime, this.ports),
      run: (id) =>
        orNull(() => {
          const run = runs.annotated(id);
          return {
            ...run,
            seeds: run.experiment === undefined ? null : experimentOf(run.experiment),
            thresholds: thresholdsOf(id),
            randomisation: randomisationOf(id),
            encoderRank: encoderRankOf(run),
            structure: structureOf(id),
          };
        }),
      differences: (ids) => this.ports.differences(ids),
      dataset: (id) =>
        orNull(() => {
          const { excluded, relabelled } = images.counts(id);
          return { ...datasets.get(id), curation: { excluded, relabelled } };
        }),
    };
  }
}

export async function writeReport({ out, ...contents }: ReportContents & { out: string }, readers: ReportReaders): Promise<{ file: string }> {
  if (contents.comparisons.length === 0) throw new AppError('usage', 'Choose at least one comparison for the report.');
  const { report, missing } = await composeReport(contents, readers);
  if (missing.length > 0 || report === null)
    throw new AppError('not-found', `There is no comparison ${joinList(missing)} in this workspace. \`twinlens comparisons\` lists all.`, {
      missing,
    });
  await writeFileAtomically(out, report.whole());
  return { file: out };
}

/** Throws AppError 'not-found', and 'bad-image' for a file that is too large or can't be read. */
async function readLogo(file: string): Promise<Buffer> {
  try {
    const problem = logoSizeProblem((await stat(file)).size);
    if (problem !== null) throw new AppError('bad-image', problem, { file });
    return await readFile(file);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new AppError('not-found', `The logo was not found (${file}).`, { file }, error);
    throw new AppError('bad-image', `The logo can't be read (${file}).`, { file }, error);
  }
}

const withDate = (contents: PageContents): ReportContents => ({ ...contents, generatedMs: Date.now(), appVersion: APP_VERSION });

/** Null instead of AppError 'not-found'. */
async function orNull<T>(read: () => T | Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return null;
    throw error;
  }
}
