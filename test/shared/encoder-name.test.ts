import { describe, expect, it } from 'vitest';
import { BACKBONES } from '../../src/shared/backbones.ts';
import { encoderName, encoderNameOf, parseEncoderName } from '../../src/shared/encoder-name.ts';

describe('names of encoders', () => {
  it('are read and written alike', () => {
    expect(parseEncoderName('compact')).toEqual({ backbone: 'compact', beside: null, imported: null });
    expect(parseEncoderName('patches')).toEqual({ backbone: 'patches', beside: null, imported: null });
    expect(parseEncoderName('patches+mobilenet_v2_035')).toEqual({ backbone: 'mobilenet_v2_035', beside: 'patches', imported: null });
    expect(parseEncoderName('onnx:clip-b32')).toEqual({ backbone: 'imported', beside: null, imported: 'clip-b32' });
    expect(parseEncoderName(' patches+onnx:a ')).toEqual({ backbone: 'imported', beside: 'patches', imported: 'a' });
    const names = BACKBONES.filter((backbone) => backbone !== 'imported');
    for (const name of [...names, 'onnx:x-1_b', 'patches+onnx:e', ...names.filter((n) => n !== 'patches').map((n) => `patches+${n}`)])
      expect(encoderName(parseEncoderName(name))).toBe(name);
  });

  it('name what stands beside a run’s backbone', () => {
    expect(encoderNameOf({ backbone: 'compact', beside: 'patches', encoder: null })).toBe('patches+compact');
  });

  it.each([
    ['vgg16', 'There is no encoder “vgg16”: choose one of compact, mobilenet_v2_035,'],
    ['', 'There is no encoder “”: choose one of'],
    ['patches+', 'There is no encoder “patches+”: choose one of'],
    ['patches+vgg16', 'There is no encoder “patches+vgg16”: choose one of'],
    ['patches+patches', 'write patches.'],
    ['compact+patches', 'There is no encoder “compact+patches”: write patches+compact.'],
    ['imported', 'write onnx: and the id of the imported encoder.'],
    ['onnx:', 'after onnx: comes the id'],
    ['onnx:../../etc', 'after onnx: comes the id'],
    ['onnx:a b', 'after onnx: comes the id'],
  ])('refuse %j', (text, sentence) => expect(() => parseEncoderName(text)).toThrow(sentence));
});
