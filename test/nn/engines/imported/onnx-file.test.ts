import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readOnnxFile } from '../../../../src/main/nn/engines/imported/onnx-file.ts';
import { AppError } from '../../../../src/shared/errors.ts';
import { randomFor } from '../../../../src/shared/random.ts';
import { scratchFolder } from '../../weights/specs.ts';

const MODELS = fileURLToPath(new URL('../../fixtures/onnx', import.meta.url));
const fixture = (name: string): string => join(MODELS, `${name}.onnx`);

function read(bytes: Uint8Array): ReturnType<typeof readOnnxFile> {
  const file = join(scratchFolder(), 'model.onnx');
  writeFileSync(file, bytes);
  return readOnnxFile(file);
}

/** Why a file is refused, as the technical details say. */
function reasonOf(bytes: Uint8Array): unknown {
  try {
    read(bytes);
    return null;
  } catch (error) {
    return (error as AppError).details['reason'];
  }
}

/** A protocol-buffer field of bytes. */
const field = (number: number, content: Uint8Array): Uint8Array => Buffer.concat([varint(8 * number + 2), varint(content.length), content]);
const varint = (value: number): Uint8Array => {
  const out = [];
  for (; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) + 128);
  return Uint8Array.from([...out, value]);
};

test('says what a model takes, gives and is made of', () => {
  const { inputs, outputs, opsets, nodes, producer, external } = readOnnxFile(fixture('tokens'));
  expect(inputs).toEqual([{ name: 'images', type: 'float32', shape: ['batch', 3, 'height', 'width'] }]);
  expect(outputs).toEqual([
    { name: 'last_hidden_state', type: 'float32', shape: ['batch', 'tokens', 4] },
    { name: 'pooler_output', type: 'float32', shape: ['batch', 4] },
  ]);
  expect(opsets).toEqual([{ domain: '', version: 17 }]);
  expect(nodes.map(({ op }) => op)).toEqual(['Conv', 'Reshape', 'Transpose', 'ReduceMean', 'Concat', 'Gather']);
  expect(nodes[0]).toMatchObject({ inputs: ['images', 'kernel'], ints: { strides: [8, 8] } });
  expect(producer).toBe('onnx_encoders.py');
  expect(external).toEqual([]);
  expect(readOnnxFile(fixture('external')).external).toEqual(['external.bin']);
});

test('does not read weights', () => {
  // The last field of a graph: a constant of 400 MB, of which the disk has nothing.
  const length = 400e6;
  const data = Buffer.concat([varint(8 * 9 + 2), varint(length)]); // TensorProto.raw_data
  const tensorHead = Buffer.concat([varint(8 * 5 + 2), varint(data.length + length), data]); // GraphProto.initializer
  const file = join(scratchFolder(), 'large.onnx');
  writeFileSync(file, Buffer.concat([varint(8 * 7 + 2), varint(tensorHead.length + length), tensorHead]));
  const head = readFileSync(file).length;
  truncateSync(file, head + length);
  const before = process.memoryUsage().arrayBuffers;
  expect(readOnnxFile(file).bytes).toBe(head + length);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
});

test.each([
  ['an empty file', new Uint8Array(), 'it has no graph'],
  ['a text', Buffer.from('not a model at all'), 'unknown kind'],
  ['a part longer than the file', Buffer.concat([varint(8 * 7 + 2), varint(2 ** 31)]), 'a part is longer than the file'],
  ['a length of 2^63', Buffer.from([0x3a, ...Array.from({ length: 9 }, () => 0xff), 0x7f]), 'a part is longer than the file'],
  ['a number of 11 bytes', Buffer.from([0x3a, ...Array.from({ length: 11 }, () => 0xff)]), 'more than 64 bits'],
  ['two graphs', Buffer.concat([field(7, Buffer.of()), field(7, Buffer.of())]), 'it has several graphs'],
])('refuses %s', (_, bytes, words) => {
  expect(reasonOf(bytes)).toContain(words);
  expect(() => read(bytes)).toThrow('It is damaged or not an ONNX file. Download or export it again.');
});

test('refuses graphs nested without end', () => {
  let graph: Uint8Array = Buffer.of();
  for (let depth = 0; depth < 5000; depth++) graph = field(1, field(5, field(6, graph))); // node, attribute, graph
  expect(reasonOf(field(7, graph))).toContain('nested more than 40 deep');
});

test('a damaged file is refused, never followed', () => {
  let refused = 0;
  const whole = readFileSync(fixture('classifier'));
  const random = randomFor(1, 'damage');
  for (let i = 0; i < 200; i++) {
    const bytes = Buffer.from(whole.subarray(0, i % 2 === 0 ? whole.length : random.below(whole.length)));
    for (let k = 0; k < 4 && bytes.length > 0; k++) bytes[random.below(bytes.length)] = random.below(256);
    try {
      read(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(50); // a change within a name or a number can be read
});

test('finds every location of external data, also where a field is repeated', () => {
  const text = (number: number, value: string): Uint8Array => field(number, Buffer.from(value));
  const entry = Buffer.concat([text(1, 'location'), text(2, 'inside.bin'), text(2, '/etc/hostname')]);
  const tensor = field(13, entry);
  const inAttribute = field(1, field(5, field(5, tensor))); // of a node
  expect(read(field(7, Buffer.concat([inAttribute, field(5, field(13, Buffer.concat([text(1, 'location'), text(2, 'b')])))]))).external).toEqual([
    'inside.bin',
    '/etc/hostname',
    'b',
  ]);
});

test('finds a location behind fields of other kinds and numbers', () => {
  const location = Buffer.concat([field(1, Buffer.from('location')), field(2, Buffer.from('/etc/hostname'))]);
  for (const before of [Buffer.from([0x18, 0xac, 0x02]), field(16, Buffer.from('x')), Buffer.from([0x1d, 1, 2, 3, 4])]) {
    const tensor = field(13, Buffer.concat([before, location]));
    expect(read(field(7, Buffer.concat([field(1, Buffer.alloc(0)), field(5, tensor)]))).external).toEqual(['/etc/hostname']);
  }
});
