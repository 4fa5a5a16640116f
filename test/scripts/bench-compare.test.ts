import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareRounds, expectSameWork, HEADER, median, tableRow, withLatestRow, withRow } from '../../scripts/bench/compare.mjs';

const line = (imagesPerSecond: number, more: object = {}) => ({
  ...{ task: 'train', backbone: 'resnet50', pairs: 8, size: 224, steps: 4, threads: 2 },
  ...{ imagesPerSecond, peakBytes: imagesPerSecond * 2 ** 20 },
  ...more,
});

describe('a comparison with the peer', () => {
  it('computes the ratio of each round, then their median and range', () => {
    const rounds = [
      { ours: line(10), peer: line(10) },
      { ours: line(6), peer: line(4) }, // the machine was slow for both
      { ours: line(24), peer: line(12) },
    ];
    expect(compareRounds(rounds)).toEqual({
      ...{ ours: 10, peer: 10, ratio: 1.5, least: 1, most: 2, rounds: 3 },
      ...{ oursBytes: 24 * 2 ** 20, peerBytes: 12 * 2 ** 20 },
    });
  });

  it('is refused if the two did different work', () => {
    for (const [key, value] of Object.entries({ task: 'infer', backbone: 'resnet18', pairs: 4, size: 320, steps: 5, threads: 1 })) {
      expect(() => expectSameWork(line(1), line(1, { [key]: value }))).toThrow(`Not the same work: ${key}`);
    }
    expect(() => compareRounds([{ ours: line(1), peer: line(1, { images: 3 }) }])).toThrow('images');
  });

  it('works without memory figures', () => {
    expect(compareRounds([{ ours: line(1, { peakBytes: undefined }), peer: line(2) }])).toMatchObject({
      oursBytes: null,
      peerBytes: 2 * 2 ** 20,
      ratio: 0.5,
    });
  });

  it('has the mean of the two middle values as the median of an even number of rounds', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('the table of ratios', () => {
  const row = tableRow(compareRounds([{ ours: line(3), peer: line(2) }]), {
    ...{ what: 'train', backbone: 'resnet50', device: 'cpu', date: '2026-11-25', processor: 'A|B', versions: 'v', command: 'run' },
  });

  it('has as many cells as its header, whatever their text', () => {
    const cells = (text: string) => text.split(/(?<!\\)\|/).length;
    expect(cells(row)).toBe(cells(HEADER[0]!));
    expect(row).toContain('| 3.0 | 2.0 | 1.50 [1.50–1.50], 1 rounds | 3 MiB / 2 MiB |');
  });

  it('appends a row and leaves the rest of the page unchanged', () => {
    const page = ['# B', '', ...HEADER, '| old |', '', 'After.', ''].join('\n');
    expect(withRow(page, row)).toBe(['# B', '', ...HEADER, '| old |', row, '', 'After.', ''].join('\n'));
    expect(() => withRow('# B', row)).toThrow('no table');
  });

  it('replaces the row of the same task, backbone and device, and returns the older one', () => {
    const older = row.replace('2026-11-25', '2026-11-01');
    const others = [row.replace('| train |', '| infer |'), row.replace('resnet50', 'resnet18'), row.replace('| cpu |', '| webgpu |')];
    const page = [...HEADER, others[0], older, others[1], others[2], '', 'After.'].join('\n');
    expect(withLatestRow(page, row)).toEqual({ page: page.replace(older, row), replaced: older });
    expect(withLatestRow([...HEADER, ...others].join('\n'), row)).toEqual({ page: [...HEADER, ...others, row].join('\n'), replaced: null });
  });

  it.each(['BENCHMARKS.md', 'docs/benchmarks/torch.md'])('is in %s', (file) => {
    const lines = withRow(readFileSync(file, 'utf8'), row).split('\n');
    const rows = lines.slice(lines.indexOf(HEADER[1]!) + 1, lines.indexOf(row));
    expect(rows.length).toBeGreaterThan(5);
    for (const line of rows) expect(line.split(/(?<!\\)\|/)).toHaveLength(row.split(/(?<!\\)\|/).length);
  });
});
