import { createHash } from 'node:crypto';
import { AppError } from '../../shared/errors.ts';
import type { ReportFormat, ReportRecord, ReportSection, WrittenReport } from '../../shared/report.ts';
import { numberOf, notFoundError } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

/** What the user decides; see ReportRecord. */
export interface ReportContent {
  title: string;
  introduction: string;
  author: string;
  logo: string | null;
  sections: readonly ReportSection[];
  comparisons: readonly string[];
}

/** A stored report, without a check that its files exist. */
export type StoredReport = Omit<ReportRecord, ReportFormat> & Record<ReportFormat, Omit<WrittenReport, 'gone'> | null>;

export interface ReportStore {
  insert(content: ReportContent): StoredReport;
  /** Changes `updatedMs` only if the content differs. Throws AppError 'not-found'. */
  update(id: string, content: ReportContent): StoredReport;
  /** Throws AppError 'not-found' with a list of known ids. */
  get(id: string): StoredReport;
  /** Last changed first, without removed ones. */
  list(): StoredReport[];
  /** Stores the path of a written file and the current time. */
  setWritten(id: string, format: ReportFormat, path: string): StoredReport;
  /** Hides a report; its data stays until `purge`. */
  remove(id: string): void;
  restore(id: string): void;
  /** Deletes removed reports, and logos that no report uses, except `proposed`. Returns the reports' ids. */
  purge(proposed?: string | null): string[];
  /** Stores a PNG, once. Returns its SHA-256. */
  insertLogo(png: Uint8Array): string;
  hasLogo(sha256: string): boolean;
  /** Throws AppError 'not-found'. */
  logo(sha256: string): Buffer;
  /** Ids of the comparisons in all reports, including removed ones: these must not be deleted. */
  comparisons(): string[];
}

interface ReportRow {
  number: number;
  title: string;
  introduction: string;
  author: string;
  logo: string | null;
  sections: string;
  comparisons: string;
  created_ms: number;
  updated_ms: number;
  html: string | null;
  html_ms: number | null;
  pdf: string | null;
  pdf_ms: number | null;
}

const CONTENT = ['title', 'introduction', 'author', 'logo', 'sections', 'comparisons'] as const satisfies readonly (keyof ReportContent)[];
const VALUES = CONTENT.map((column) => `@${column}`);

export function reportStore(db: Db): ReportStore {
  const insert = db.prepare(`
    INSERT INTO reports (${CONTENT.join(', ')}, created_ms, updated_ms) VALUES (${VALUES.join(', ')}, @nowMs, @nowMs)`);
  const update = db.prepare(`
    UPDATE reports SET ${CONTENT.map((column) => `${column} = @${column}`).join(', ')}, updated_ms = @nowMs
    WHERE number = @number AND (${CONTENT.join(', ')}) IS NOT (${VALUES.join(', ')})`);
  const one = db.prepare<[number], ReportRow>('SELECT * FROM reports WHERE number = ? AND removed_ms IS NULL');
  const all = db.prepare<[], ReportRow>('SELECT * FROM reports WHERE removed_ms IS NULL ORDER BY updated_ms DESC, number DESC');
  const setFile = {
    html: db.prepare('UPDATE reports SET html = @path, html_ms = @nowMs WHERE number = @number'),
    pdf: db.prepare('UPDATE reports SET pdf = @path, pdf_ms = @nowMs WHERE number = @number'),
  } satisfies Record<ReportFormat, unknown>;
  const setRemoved = db.prepare('UPDATE reports SET removed_ms = @removedMs WHERE number = @number');
  const removed = db.prepare<[], number>('SELECT number FROM reports WHERE removed_ms IS NOT NULL ORDER BY number').pluck();
  const purge = db.prepare('DELETE FROM reports WHERE removed_ms IS NOT NULL');
  const purgeLogos = db.prepare(
    'DELETE FROM report_logos WHERE sha256 IS NOT @proposed AND sha256 NOT IN (SELECT logo FROM reports WHERE logo IS NOT NULL)',
  );
  const insertLogo = db.prepare('INSERT INTO report_logos (sha256, png) VALUES (@sha256, @png) ON CONFLICT DO NOTHING');
  const oneLogo = db.prepare<[string], Buffer>('SELECT png FROM report_logos WHERE sha256 = ?').pluck();
  const usedComparisons = db.prepare<[], string>('SELECT DISTINCT value FROM reports, json_each(reports.comparisons) ORDER BY value').pluck();

  const fileOf = (path: string | null, atMs: number | null): Omit<WrittenReport, 'gone'> | null =>
    path === null || atMs === null ? null : { path, atMs };
  const recordOf = (row: ReportRow): StoredReport => ({
    report: `p${row.number}`,
    title: row.title,
    introduction: row.introduction,
    author: row.author,
    logo: row.logo,
    sections: fromJson<ReportSection[]>(row.sections),
    comparisons: fromJson<string[]>(row.comparisons),
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    html: fileOf(row.html, row.html_ms),
    pdf: fileOf(row.pdf, row.pdf_ms),
  });
  const unknownReport = (id: string): Error => {
    const known = all.all().map((row) => `p${row.number}`);
    return notFoundError('report', id, known, 'create one from saved comparisons');
  };
  const numberFor = (id: string): number => {
    const number = numberOf('p', id);
    if (number === null) throw unknownReport(id);
    return number;
  };
  const get = (id: string): StoredReport => {
    const row = one.get(numberFor(id));
    if (!row) throw unknownReport(id);
    return recordOf(row);
  };
  const columns = ({ sections, comparisons, ...texts }: ReportContent): object => ({
    ...texts,
    sections: toJson(sections),
    comparisons: toJson(comparisons),
    nowMs: Date.now(),
  });

  return {
    insert: (content) => get(`p${insert.run(columns(content)).lastInsertRowid}`),
    update: (id, content) => {
      get(id);
      update.run({ ...columns(content), number: numberFor(id) });
      return get(id);
    },
    get,
    list: () => all.all().map(recordOf),
    setWritten: (id, format, path) => {
      setFile[format].run({ path, number: numberFor(id), nowMs: Date.now() });
      return get(id);
    },
    remove: (id) => {
      get(id);
      setRemoved.run({ number: numberFor(id), removedMs: Date.now() });
    },
    restore: (id) => {
      setRemoved.run({ number: numberFor(id), removedMs: null });
      get(id); // throws if it was purged
    },
    purge: (proposed = null) => {
      const ids = removed.all().map((number) => `p${number}`);
      purge.run();
      purgeLogos.run({ proposed });
      return ids;
    },
    insertLogo: (png) => {
      const sha256 = createHash('sha256').update(png).digest('hex');
      insertLogo.run({ sha256, png });
      return sha256;
    },
    hasLogo: (sha256) => oneLogo.get(sha256) !== undefined,
    logo: (sha256) => {
      const png = oneLogo.get(sha256);
      if (png === undefined) throw new AppError('not-found', 'The logo is no longer in the workspace. Choose it again.', { logo: sha256 });
      return png;
    },
    comparisons: () => usedComparisons.all(),
  };
}
