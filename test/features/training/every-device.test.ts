import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkDevices } from '../../../src/main/compute/engine/check.ts';
import { writeSample } from '../../../src/main/compute/sample/sample.ts';
import type { DeviceName, EngineName } from '../../../src/shared/run.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { SWIFTSHADER } from '../../swiftshader.ts';
import { hasCompute, openTestWorkbench, type TestWorkbench } from './test-workbench.ts';

const PER_CLASS = 8;
/** Two steps of equal size an epoch: another size has another program, and compiling it takes software rendering several seconds. */
const QUICK = { size: 16, batch: 12, lr: 3e-3, seed: 3, epochs: 2 } as const;

/** Few images of three classes of the sample: plain JavaScript and software rendering are slow. */
async function importSample(app: TestWorkbench): Promise<string> {
  const [whole, part] = [scratch('sample'), scratch('part')];
  const { images } = await writeSample(whole, { seed: 1, perClass: PER_CLASS });
  for (const name of readdirSync(images).sort().slice(0, 3)) {
    for (const file of readdirSync(join(images, name)).sort().slice(0, PER_CLASS)) cpSync(join(images, name, file), join(part, name, file));
  }
  const job = await app.waitForEnd(await app.call('datasets.import', { folder: part, name: 'part' }));
  expect(job.error).toBeNull();
  return job.result!['dataset']!;
}

describe.skipIf(!hasCompute)('the same training on every engine and device of this machine (needs the build)', () => {
  beforeAll(() => {
    Object.assign(process.env, SWIFTSHADER); // compute finds it when it starts
  });

  test('ends with the same curve', { timeout: 400_000 }, async () => {
    const passed = (await checkDevices()).filter((c) => c.ok).map((c): [EngineName, DeviceName] => [c.engine, c.device]);
    if (SWIFTSHADER && !passed.some(([, device]) => device === 'webgpu')) passed.push(['onnx', 'webgpu']);
    expect(passed.length).toBeGreaterThanOrEqual(2); // TensorFlow computes everywhere
    const app = openTestWorkbench();
    const dataset = await importSample(app);
    const curves = [];
    for (const [engine, device] of passed) {
      const job = await app.waitForEnd(await app.call('runs.start', { dataset, ...QUICK, engine, device }));
      expect(job.error, `${engine} on ${device}`).toBeNull();
      const run = await app.call('runs.get', { run: job.result!['run']! });
      expect(run.config).toMatchObject({ engine, device });
      curves.push({ engine, device, rows: run.epochs, test: run.metrics[0]! });
    }
    console.log(
      curves
        .map((c) => `${c.engine} on ${c.device}: AUC ${c.rows.map((r) => r.aucValid.toFixed(3)).join(', ')}; test ${c.test.auc.toFixed(3)}`)
        .join('\n'),
    );
    const [first, ...others] = curves;
    for (const { engine, device, rows, test: metrics } of others) {
      const title = `${engine} on ${device}`;
      rows.forEach((row, i) => {
        expect(Math.abs(row.lossTrain / first!.rows[i]!.lossTrain - 1), `${title}, loss of epoch ${i + 1}`).toBeLessThan(0.01);
        expect(Math.abs(row.aucValid - first!.rows[i]!.aucValid), `${title}, AUC of epoch ${i + 1}`).toBeLessThan(0.03);
      });
      expect(Math.abs(metrics.auc - first!.test.auc), `${title}, AUC on test pairs`).toBeLessThan(0.05);
    }
  });
});
