import { describe, expect, test } from 'vitest';
import type { ReportContent } from '../../src/main/db/reports.ts';
import { freshWorkspace, storeAt } from './kit.ts';

const content = (title: string, comparisons: string[] = ['c1', 'c2'], more: Partial<ReportContent> = {}): ReportContent => ({
  title,
  introduction: 'First.\n\nSecond.',
  author: 'Ana',
  logo: null,
  sections: ['signature', 'files'],
  comparisons,
  ...more,
});
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('reports', () => {
  test('keep title, introduction and order, and are listed by their last change', async () => {
    const { reports } = storeAt(freshWorkspace());
    const first = reports.insert(content('First', ['c7', 'c2', 'c5']));
    expect(first).toMatchObject({
      report: 'p1',
      title: 'First',
      introduction: 'First.\n\nSecond.',
      comparisons: ['c7', 'c2', 'c5'],
      html: null,
      pdf: null,
    });
    await wait(3);
    reports.insert(content('Second'));
    expect(reports.list().map(({ report }) => report)).toEqual(['p2', 'p1']);
    await wait(3);
    const changed = reports.update('p1', content('First', ['c5', 'c7']));
    expect(changed.comparisons).toEqual(['c5', 'c7']);
    expect(changed.updatedMs).toBeGreaterThan(first.updatedMs);
    expect(reports.list().map(({ report }) => report)).toEqual(['p1', 'p2']);
  });

  test('keep author, logo and sections, and count a change of any as a change', async () => {
    const { reports } = storeAt(freshWorkspace());
    const logo = reports.insertLogo(Buffer.from('PNG'));
    expect(reports.insertLogo(Buffer.from('PNG'))).toBe(logo);
    const before = reports.insert(content('One'));
    for (const change of [{ author: 'Ben' }, { logo }, { sections: [] }] satisfies Partial<ReportContent>[]) {
      await wait(3);
      const changed = reports.update('p1', content('One', ['c1', 'c2'], change));
      expect(changed).toMatchObject({ author: 'Ana', logo: null, sections: ['signature', 'files'], ...change });
      expect(changed.updatedMs).toBeGreaterThan(before.updatedMs);
    }
  });

  test('a logo stays until no report has it, removed ones included', () => {
    const workspace = freshWorkspace();
    const { reports } = storeAt(workspace);
    const [used, unused] = ['used', 'unused'].map((text) => reports.insertLogo(Buffer.from(text)));
    reports.insert(content('One', [], { logo: used! }));
    reports.purge();
    expect(reports.logo(used!).toString()).toBe('used');
    expect(() => reports.logo(unused!)).toThrow(expect.objectContaining({ code: 'not-found' }) as Error);
    reports.remove('p1');
    expect(reports.logo(used!).toString()).toBe('used');
    reports.purge();
    expect(() => reports.logo(used!)).toThrow(/Choose it again/);
  });

  test('saving equal content changes nothing', async () => {
    const { reports } = storeAt(freshWorkspace());
    const { updatedMs } = reports.insert(content('Same'));
    await wait(3);
    expect(reports.update('p1', content('Same')).updatedMs).toBe(updatedMs);
  });

  test('record where each format was last written, without a change of updatedMs', async () => {
    const { reports } = storeAt(freshWorkspace());
    const { updatedMs } = reports.insert(content('Exported'));
    await wait(3);
    reports.setWritten('p1', 'html', '/a/report.html');
    const now = reports.setWritten('p1', 'pdf', '/b/report.pdf');
    expect(now).toMatchObject({ html: { path: '/a/report.html' }, pdf: { path: '/b/report.pdf' }, updatedMs });
    expect(now.pdf!.atMs).toBeGreaterThan(updatedMs);
  });

  test('removed ones are hidden, can be restored, and are deleted by purge', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    store.reports.insert(content('One'));
    store.reports.insert(content('Two', ['c9']));
    store.reports.remove('p2');
    expect(store.reports.list().map(({ report }) => report)).toEqual(['p1']);
    expect(() => store.reports.get('p2')).toThrow(/There is no report "p2"\. Available: p1\./);
    expect(store.reports.comparisons()).toEqual(['c1', 'c2', 'c9']); // undoing the removal needs them
    store.reports.restore('p2');
    expect(store.reports.get('p2').title).toBe('Two');
    store.reports.remove('p2');
    expect(store.reports.purge()).toEqual(['p2']);
    expect(() => store.reports.restore('p2')).toThrow(expect.objectContaining({ code: 'not-found' }) as Error);
    expect(store.reports.comparisons()).toEqual(['c1', 'c2']);
    expect(store.reports.insert(content('Three')).report).toBe('p3'); // an id is never reused
  });

  test.each(['p9', 'c1', '', "p1'; DROP TABLE reports"])('refuses the unknown id %j', (id) => {
    const { reports } = storeAt(freshWorkspace());
    reports.insert(content('One'));
    for (const call of [() => reports.get(id), () => reports.update(id, content('x')), () => reports.remove(id), () => reports.restore(id)])
      expect(call).toThrow(/There is no report/);
    expect(reports.list()).toHaveLength(1);
  });
});
