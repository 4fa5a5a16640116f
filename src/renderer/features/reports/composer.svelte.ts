import type { ComparisonRow } from '../../../shared/comparison.ts';
import type { CallInput } from '../../../shared/contract.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { logoSizeProblem, type ReportFormat, type ReportLogo, type ReportRecord, type ReportSection, SECTION_NAMES } from '../../../shared/report.ts';
import { api } from '../../client/api.ts';
import { chooseSave } from '../../client/choose-path.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { DelayedWrite } from '../../client/page-end.ts';
import { WriteQueue } from '../../client/write-queue.ts';
import { toast } from '../../client/toasts.svelte.ts';
import { workbench } from '../../client/workbench.svelte.ts';
import { download } from '../../client/download.ts';
import { reportFileName } from './names.ts';
import { ReportScales } from './report-scales.svelte.ts';
import { moveItem } from './order.ts';

const SAVE_MS = 500; // after the last keystroke
const PREVIEW_MS = 350;

/** A report being edited: every change is saved automatically and shown in the preview. */
export class Composer {
  readonly id: string;
  title = $state('');
  introduction = $state('');
  author = $state('');
  logo = $state.raw<ReportLogo | null>(null);
  sections = $state.raw<readonly ReportSection[]>([]);
  comparisons = $state.raw<string[]>([]);
  rows = $state.raw<Readonly<Record<string, ComparisonRow | null>>>({}); // by id; null: no longer stored
  saveState = $state<'saved' | 'waiting' | 'failed'>('saved');
  page = $state.raw<string | null>(null); // HTML of the preview
  part = $state(0); // as in ReportPreview
  parts = $state(0);
  shown = $state(0); // comparisons in the preview
  updating = $state(false); // a newer preview is loading
  previewError = $state.raw<AppError | null>(null); // the reason without a preview
  writing = $state.raw<ReportFormat | null>(null);
  private readonly saves = new WriteQueue();
  private readonly delayedSave = new DelayedWrite(SAVE_MS, () => void this.save());
  private previewTimer: ReturnType<typeof setTimeout> | undefined;
  private latestPreview = 0;
  private closed = false;
  private rowsLoaded: Promise<void>;
  readonly scales = new ReportScales();

  constructor(record: ReportRecord) {
    this.id = record.report;
    this.title = record.title;
    this.introduction = record.introduction;
    this.author = record.author;
    this.sections = record.sections;
    this.comparisons = record.comparisons;
    if (record.logo !== null) {
      this.logo = { logo: record.logo, image: '' };
      void this.loadLogo(record.logo);
    }
    this.rowsLoaded = this.loadRows();
    void this.updatePreview();
  }

  /** Saves and updates the preview after a pause in typing. */
  scheduleSave(): void {
    this.saveState = 'waiting';
    this.delayedSave.schedule();
    clearTimeout(this.previewTimer);
    this.previewTimer = setTimeout(() => void this.updatePreview(), PREVIEW_MS);
  }

  chooseSection(name: ReportSection, chosen: boolean): void {
    this.setSections(SECTION_NAMES.filter((one) => (one === name ? chosen : this.sections.includes(one))));
  }

  setSections(names: readonly ReportSection[]): void {
    this.sections = names;
    this.scheduleSave();
  }

  /** Stores an image file as the report's logo. Returns the function that restores the previous one. Throws AppError. */
  async chooseLogo(file: File): Promise<() => void> {
    const problem = logoSizeProblem(file.size);
    if (problem !== null) throw new AppError('bad-image', problem);
    return this.setLogo(await api.call('reports.addLogo', { file: await base64Of(file) }));
  }

  /** Returns the function that restores the previous logo. */
  setLogo(next: ReportLogo | null): () => void {
    const previous = this.logo;
    this.logo = next;
    this.scheduleSave();
    return () => void this.setLogo(previous);
  }

  move(from: number, to: number): void {
    this.setOrder(moveItem(this.comparisons, from, to));
  }

  /** Removes a comparison; returns the function that restores it. */
  remove(id: string): () => void {
    const at = this.comparisons.indexOf(id);
    this.setOrder(this.comparisons.filter((one) => one !== id));
    return () => this.setOrder(this.comparisons.includes(id) ? this.comparisons : this.comparisons.toSpliced(at, 0, id));
  }

  add(ids: readonly string[]): void {
    this.setOrder([...this.comparisons, ...ids.filter((id) => !this.comparisons.includes(id))]);
  }

  /** Loads the comparisons with their current notes and judgements. */
  async loadRows(): Promise<void> {
    const found = await Promise.all(
      this.comparisons.map(async (comparison) => [comparison, await api.call('compare.get', { comparison }).catch(() => null)] as const),
    );
    this.rows = Object.fromEntries(found);
  }

  /** Saves unsaved changes. */
  async save(): Promise<void> {
    this.delayedSave.cancel();
    if (this.saveState === 'saved') return;
    const draft = this.draft;
    try {
      await this.saves.add(() => api.call('reports.save', draft));
      if (JSON.stringify(draft) === JSON.stringify(this.draft)) this.saveState = 'saved';
    } catch (error) {
      this.saveState = 'failed';
      toast.error(error, { text: 'Try again', run: () => this.save() });
    }
  }

  async updatePreview(): Promise<void> {
    const request = ++this.latestPreview;
    this.updating = true;
    try {
      await this.rowsLoaded;
      await this.scales.measure(Object.values(this.rows));
      if (request !== this.latestPreview || this.closed) return; // a newer one follows
      const { html, part, parts, comparisons } = await api.call('reports.preview', { ...this.draft, part: this.part });
      if (request === this.latestPreview && !this.closed) {
        this.part = part;
        this.parts = parts;
        this.shown = comparisons;
        this.page = html;
      }
      this.previewError = null;
    } catch (error) {
      if (request === this.latestPreview) this.previewError = asAppError(error);
    } finally {
      if (request === this.latestPreview) this.updating = false;
    }
  }

  /** Shows another part of the page in the preview. */
  showPart(part: number): void {
    this.part = Math.max(0, Math.min(part, this.parts - 1));
    void this.updatePreview();
  }

  /** Writes a file to a chosen path; a browser then downloads it. A failed job shows its own toast. */
  async write(format: ReportFormat): Promise<string | null> {
    await this.save();
    const name = reportFileName(this.title, format);
    const desktop = workbench.info?.door === 'electron';
    const out = desktop ? await chooseSave('Save report', name, format) : undefined;
    if (out === null) return null;
    this.writing = format;
    try {
      const job = await api.call('reports.write', { report: this.id, format, ...(out === undefined ? {} : { out }) });
      const { file } = await jobs.result(job).catch(() => ({ file: undefined }));
      if (file !== undefined && !desktop) {
        download(api.media(`report/${this.id}.${format}`), name);
        toast.info(`Saved ${name}.`);
      }
      return file ?? null;
    } catch (error) {
      toast.error(error);
      return null;
    } finally {
      this.writing = null;
    }
  }

  /** Saves unsaved changes. */
  close(): void {
    this.closed = true;
    clearTimeout(this.previewTimer);
    void this.save();
  }

  private get draft(): CallInput<'reports.save'> {
    const { id: report, title, introduction, author, comparisons, sections } = this;
    return { report, title, introduction, author, logo: this.logo?.logo ?? null, sections: [...sections], comparisons };
  }

  private async loadLogo(logo: string): Promise<void> {
    try {
      const loaded = await api.call('reports.logo', { logo });
      if (this.logo?.logo === logo) this.logo = loaded;
    } catch (error) {
      toast.error(error);
    }
  }

  private setOrder(next: string[]): void {
    this.comparisons = next;
    this.rowsLoaded = this.loadRows();
    this.scheduleSave();
  }
}

async function base64Of(file: File): Promise<string> {
  const reader = new FileReader();
  const url = await new Promise<string>((resolve, reject) => {
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(new AppError('bad-image', `${file.name} can’t be read.`, {}, reader.error));
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(',') + 1);
}
