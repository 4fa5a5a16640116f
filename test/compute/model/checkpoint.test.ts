import { closeSync, copyFileSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  checkBest,
  modelSha256,
  readBase,
  readLast,
  readModel,
  writeBase,
  writeBest,
  writeLast,
} from '../../../src/main/compute/model/checkpoint.ts';
import { startSchedule } from '../../../src/main/domain/evaluate/schedule.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { siameseParams } from '../../../src/main/nn/siamese.ts';
import { readSafetensors, writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import { randomFor } from '../../../src/shared/random.ts';
import type { RunConfig } from '../../../src/shared/run.ts';
import { someConfig } from '../../db/records.ts';
import { scratch } from '../../doors/cli/kit.ts';

const config: RunConfig = { ...someConfig, size: 16 };
const tensors = initialTensors(siameseParams({ backbone: 'compact', flavour: 'torch', size: 16, dim: 2 }), 5);
const names = [...tensors.keys()];
const select = (from: number, to: number): TensorMap => new Map(names.slice(from, to).map((name) => [name, tensors.get(name)!]));
const frozen = select(0, 4);
const updated = select(4, names.length);
const sha256 = modelSha256(config, tensors);

/** The folder of a run after an epoch. */
function runFolder(): string {
  const folder = scratch('run');
  writeBase(folder, config, frozen);
  writeBest(folder, config, updated);
  const slots: TensorMap = new Map([...updated].map(([name, { shape, data }]) => [name, { shape, data: data.map((x) => 2 * x) }]));
  writeLast(folder, config, { params: updated, slots, step: 7 }, { schedule: startSchedule(config), epoch: 1, bestDistances: [0.25], rows: [] });
  return folder;
}

const read = { base: readBase, best: checkBest, last: readLast } as const;
type File = keyof typeof read;
const FILES = Object.keys(read) as File[];
const pathOf = (folder: string, file: File): string => join(folder, `${file}.safetensors`);

function overwrite(path: string, position: number, bytes: Uint8Array): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, 0, bytes.length, position);
  closeSync(fd);
}

const damaged = (path: string): Error =>
  expect.objectContaining({ code: 'bad-weights', message: expect.stringContaining(`damaged`) as string, details: { file: path } }) as Error;

/** Expects every reader of the file to refuse it. */
function expectRefused(folder: string, file: File, what: string): void {
  expect(() => void read[file](folder), what).toThrow(damaged(pathOf(folder, file)));
  if (file !== 'last') expect(() => readModel({ folder, config, sha256: null, epochs: 1 }), what).toThrow(damaged(pathOf(folder, file)));
}

/** An error that names the missing file. */
const gone = (path: string): Error =>
  expect.objectContaining({
    code: 'not-found',
    message: expect.stringMatching(/ is gone.*backup, or train again/) as string,
    details: { file: path },
  }) as Error;

describe('a run’s files', () => {
  test('come back as they were written', () => {
    const folder = runFolder();
    expect(readModel({ folder, config, sha256, epochs: 1 }).get(names[5]!)).toEqual(tensors.get(names[5]!));
    expect(modelSha256(config, readModel({ folder, config, sha256: null, epochs: 1 }))).toBe(sha256);
    const { state, progress } = readLast(folder);
    expect(state.step).toBe(7);
    expect(state.slots.get(names[5]!)!.data[1]).toBe(2 * tensors.get(names[5]!)!.data[1]!);
    expect(progress).toMatchObject({ epoch: 1, bestDistances: [0.25] });
  });

  test.each(FILES)('a flipped bit anywhere in %s is found', (file) => {
    const random = randomFor(21, file);
    const folder = runFolder();
    const path = pathOf(folder, file);
    const bytes = readFileSync(path);
    const headerEnd = 8 + Number(bytes.readBigUInt64LE());
    const offsets = [0, 9, headerEnd - 1, headerEnd, bytes.length - 1, ...Array.from({ length: 40 }, () => random.below(bytes.length))];
    for (const at of [...offsets, ...Array.from({ length: 40 }, () => random.below(headerEnd))]) {
      const bit = random.below(8);
      overwrite(path, at, Uint8Array.of(bytes[at]! ^ (1 << bit)));
      const flipped = readFileSync(path).toString('latin1', 8, headerEnd).trimEnd();
      const isNameOfChecksum = !flipped.includes('"twinlens.crc32"'); // then the tensors are sound
      if (!isNameOfChecksum) expectRefused(folder, file, `bit ${bit} of byte ${at}`);
      overwrite(path, at, bytes.subarray(at, at + 1));
    }
    read[file](folder);
  });

  test.each(FILES)('zeros in, swapped parts of and a cut end of %s are found', (file) => {
    for (const damage of [
      (path: string) => overwrite(path, statSync(path).size - 256, new Uint8Array(256)),
      (path: string) => {
        const end = readFileSync(path).subarray(-512);
        overwrite(path, statSync(path).size - 512, Buffer.concat([end.subarray(256), end.subarray(0, 256)]));
      },
      (path: string) => truncateSync(path, statSync(path).size - 1),
      (path: string) => truncateSync(path, 0),
    ]) {
      const folder = runFolder();
      damage(pathOf(folder, file));
      expectRefused(folder, file, damage.toString());
    }
  });

  test.each(FILES)('in place of %s, the intact file of another run or another of its files is refused', (file) => {
    for (const other of FILES) {
      const [folder, otherFolder] = [runFolder(), runFolder()];
      copyFileSync(pathOf(otherFolder, other), pathOf(folder, file));
      expectRefused(folder, file, `${other} of another run`);
      if (other === file) continue;
      copyFileSync(pathOf(runFolder(), other), pathOf(folder, file));
      expectRefused(folder, file, other);
    }
  });

  test.each(FILES)('without %s, a run that finished an epoch says that the file is gone, and where it was', (file) => {
    const folder = runFolder();
    rmSync(pathOf(folder, file));
    expect(() => void read[file](folder)).toThrow(gone(pathOf(folder, file)));
    if (file === 'last') return;
    for (const epochs of [1, 0]) expect(() => readModel({ folder, config, sha256: null, epochs })).toThrow(gone(pathOf(folder, file)));
  });

  test('without their folder, say the same, and of a run without epochs that it has no network yet', () => {
    const folder = runFolder();
    rmSync(folder, { recursive: true });
    expect(() => readModel({ folder, config, sha256, epochs: 1 })).toThrow(gone(pathOf(folder, 'base')));
    expect(() => readModel({ folder, config, sha256: null, epochs: 0 })).toThrow(
      expect.objectContaining({ code: 'not-found', message: expect.stringContaining('did not finish an epoch') as string }) as Error,
    );
  });

  test('a checkpoint without progress is damaged, also without a checksum', () => {
    const folder = runFolder();
    writeSafetensors(pathOf(folder, 'last'), updated);
    expectRefused(folder, 'last', 'a network in place of a checkpoint');
  });

  test('a network that is not the one of the results is refused, also without a checksum', () => {
    const folder = runFolder();
    readModel({ folder, config, sha256, epochs: 1 }); // verified in this state
    const path = pathOf(folder, 'best');
    writeSafetensors(path, updated); // as versions before 0.2 wrote it
    expect(readModel({ folder, config, sha256, epochs: 1 }).size).toBe(names.length);
    const bytes = readFileSync(path);
    bytes[bytes.length - 10]! ^= 1;
    writeFileSync(path, bytes);
    expect(() => readModel({ folder, config, sha256, epochs: 1 })).toThrow(
      expect.objectContaining({ code: 'bad-weights', message: expect.stringContaining('not the one that this run') as string }) as Error,
    );
    expect(readSafetensors(path).tensors.size).toBe(updated.size);
  });
});
