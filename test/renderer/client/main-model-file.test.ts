import { expect, test } from 'vitest';
import { mainModelFile } from '../../../src/renderer/client/main-model-file.ts';

test.each([
  [['net.safetensors'], 'net.safetensors'],
  [['group1-shard1of1.bin', 'model.json'], 'model.json'],
  [['group1-shard1of2', 'group1-shard2of2', 'teachable (1).json'], 'teachable (1).json'],
  [['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'], 'model.safetensors.index.json'],
  [['config.json', 'model.safetensors', 'README.md'], 'model.safetensors'],
  [['model.onnx_data', 'config.json', 'model.onnx'], 'model.onnx'],
  [['resnet50.pth'], 'resnet50.pth'], // refused with a reason
])('of %j the file to open is %s', (names, main) => {
  expect(names[mainModelFile(names)]).toBe(main);
});
