import type { ComparisonRow } from '../../../shared/explore.ts';
import { type AppError, asAppError } from '../../../shared/errors.ts';
import type { ReportFormat, ReportRecord } from '../../../shared/report.ts';
import { api } from '../../client/api.ts';
import { chooseSave } from '../../client/choose-path.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';
import { workbench } from '../../client/workbench.svelte.ts';
import { download } from './download.ts';
import { reportFileName } from './names.ts';
import { moveItem } from './order.ts';

const SAVE_MS = 500; // after the last keystroke
const PREVIEW_MS = 350;

/** One report while it is put together: each change is kept by itself and shown as the page it makes. */
export class Composer {
  readonly id: string;
  title = $state('');
  introduction = $state('');
  comparisons = $state.raw<string[]>([]);
  rows = $state.raw<Readonly<Record<string, ComparisonRow | null>>>({}); // by id; null: no longer there
  keeping = $state<'kept' | 'waiting' | 'failed'>('kept');
  page = $state.raw<string | null>(null); // address of the preview
  showing = $state(false); // a newer page is being made
  trouble = $state.raw<AppError | null>(null); // why there is no preview
  writing = $state.raw<ReportFormat | null>(null);
  private saving: ReturnType<typeof setTimeout> | undefined;
  private previewing: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private ended = false;

  constructor(record: ReportRecord) {
    this.id = record.report;
    this.title = record.title;
    this.introduction = record.introduction;
    this.comparisons = record.comparisons;
    void this.read();
    void this.preview();
  }

  /** Something was typed: kept and shown after a moment of rest. */
  typed(): void {
    this.keeping = 'waiting';
    clearTimeout(this.saving);
    clearTimeout(this.previewing);
    this.saving = setTimeout(() => void this.keep(), SAVE_MS);
    this.previewing = setTimeout(() => void this.preview(), PREVIEW_MS);
  }

  move(from: number, to: number): void {
    this.arrange(moveItem(this.comparisons, from, to));
  }

  /** Takes one out; returns what puts it back. */
  takeOut(id: string): () => void {
    const at = this.comparisons.indexOf(id);
    this.arrange(this.comparisons.filter((one) => one !== id));
    return () => this.arrange(this.comparisons.includes(id) ? this.comparisons : this.comparisons.toSpliced(at, 0, id));
  }

  add(ids: readonly string[]): void {
    this.arrange([...this.comparisons, ...ids.filter((id) => !this.comparisons.includes(id))]);
  }

  /** What she noted or judged elsewhere. */
  async read(): Promise<void> {
    const found = await Promise.all(
      this.comparisons.map(async (comparison) => [comparison, await api.call('compare.get', { comparison }).catch(() => null)] as const),
    );
    this.rows = Object.fromEntries(found);
  }

  /** Writes what is not kept yet. */
  async keep(): Promise<void> {
    clearTimeout(this.saving);
    if (this.keeping === 'kept') return;
    const draft = this.draft;
    try {
      await api.call('reports.save', draft);
      if (JSON.stringify(draft) === JSON.stringify(this.draft)) this.keeping = 'kept';
    } catch (error) {
      this.keeping = 'failed';
      toast.error(error, { text: 'Try again', run: () => this.keep() });
    }
  }

  async preview(): Promise<void> {
    const question = ++this.asked;
    this.showing = true;
    try {
      const { html } = await api.call('reports.preview', this.draft);
      if (question === this.asked && !this.ended) this.show(html);
      this.trouble = null;
    } catch (error) {
      if (question === this.asked) this.trouble = asAppError(error);
    } finally {
      if (question === this.asked) this.showing = false;
    }
  }

  /** To a place she chooses; in a browser the file is then downloaded. What went wrong is told by the job's end. */
  async write(format: ReportFormat): Promise<string | null> {
    await this.keep();
    const name = reportFileName(this.title, format);
    const desktop = workbench.info?.door === 'electron';
    const out = desktop ? await chooseSave('Write the report', name, format) : undefined;
    if (out === null) return null;
    this.writing = format;
    try {
      const job = await api.call('reports.write', { report: this.id, format, ...(out === undefined ? {} : { out }) });
      const { file } = await jobs.result(job).catch(() => ({ file: undefined }));
      if (file !== undefined && !desktop) download(api.media(`report/${this.id}.${format}`), name);
      return file ?? null;
    } catch (error) {
      toast.error(error);
      return null;
    } finally {
      this.writing = null;
    }
  }

  /** Keeps what is left, and lets the preview go. */
  end(): void {
    this.ended = true;
    clearTimeout(this.previewing);
    void this.keep();
    this.show(null);
  }

  private get draft(): { report: string; title: string; introduction: string; comparisons: string[] } {
    return { report: this.id, title: this.title, introduction: this.introduction, comparisons: this.comparisons };
  }

  private arrange(next: string[]): void {
    this.comparisons = next;
    void this.read();
    this.typed();
  }

  /** By an address of its own: the links inside a page lead to places of that page. */
  private show(html: string | null): void {
    if (this.page !== null) URL.revokeObjectURL(this.page);
    this.page = html === null ? null : URL.createObjectURL(new Blob([html], { type: 'text/html;charset=utf-8' }));
  }
}
