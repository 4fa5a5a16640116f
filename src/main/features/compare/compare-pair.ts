import { rmSync } from 'node:fs';
import type { Pooling } from '../../../shared/backbones.ts';
import { certaintyAt, midpointOf, similarityOf } from '../../../shared/calibration.ts';
import type { Comparison, ExplainTarget } from '../../../shared/comparison.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { LAYER_METHODS, type MapChoice, methodFor, methodInfo, type MethodName, methodProblem } from '../../../shared/explanation-methods.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';
import { versions } from '../../foundation/versions.ts';
import { withOrigins } from './image-origin.ts';
import type { ComparePorts } from './ports.ts';

export interface PairRequest extends MapChoice {
  run: string;
  files: [string, string]; // absolute
  sha256: [string | null, string | null]; // expected content of each file; null: any
  target: ExplainTarget;
  /** false: deleted at the next start, unless the user saves, judges or annotates it. */
  saved: boolean;
}

export interface ComparedPair {
  comparison: Comparison;
  signed: [Float32Array, Float32Array]; // S of each image, [mapHeight, mapWidth]
}

/**
 * Compares two image files with a run's network, explains their distance on both, and stores everything that is needed to
 * reproduce it. Throws AppError 'bad-request' for an unfinished run, 'usage' for an unknown layer or one that the method does not use,
 * 'not-found', 'bad-image' or 'cancelled'; the folder is then deleted.
 */
export async function comparePair(
  ports: ComparePorts,
  request: PairRequest,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: ((p: Counted) => void) | undefined } = {},
): Promise<ComparedPair> {
  const { files, sha256, target, saved } = request;
  const run = ports.runs.get(request.run);
  const calibration = ports.calibrationOf(run);
  const { threshold } = calibration;
  const maps = mapsOf(ports, run, request);
  const id = ports.comparisons.reserve();
  const folder = ports.folderOf(id);
  const network = { model: ports.modelOf(run), modelSha256: run.modelSha256 };
  try {
    const result = await ports.compute.ask(
      'explain',
      { ...network, ...maps, files, sha256, target, threshold, folder },
      { signal, ...(onProgress && { onProgress }) },
    );
    const { distance, verdict, scale, signed } = result;
    const [a, b] = result.images;
    const unplaced: Comparison = {
      comparison: id,
      run: run.run,
      createdMs: Date.now(),
      ...{ target, ...maps, distance, threshold, verdict, scale },
      images: [
        { ...a, className: null },
        { ...b, className: null },
      ],
      similarity: similarityOf(distance, calibration),
      certainty: certaintyAt(distance, calibration),
      curve: { slope: calibration.slope, midpoint: midpointOf(calibration), ...(calibration.scale && { scale: calibration.scale }) },
      modelSha256: run.modelSha256!,
      engine: run.config.engine,
      device: run.config.device,
      warnings: [],
      versions: versions(),
    };
    const comparison = withOrigins(ports, run, [unplaced])[0]!;
    ports.comparisons.insert(comparison, { saved });
    return { comparison, signed };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw asAppError(error);
  }
}

/**
 * The requested method and layer; defaults are in methodFor, and the last layer. Throws AppError 'usage' if the run's network does not
 * have the layer, if the method uses another one, or if the method can't explain the network.
 */
export function mapsOf({ layersOf }: Pick<ComparePorts, 'layersOf'>, run: RunRecord, choice: MapChoice): { method: MethodName; layer: string } {
  const { backbone, encoder, pooling } = run.config;
  const layers = layersOf(run.config);
  const method = methodFor(choice, run.config);
  const last = layers.at(-1)!;
  const layer = choice.layer ?? last;
  if (!layers.includes(layer)) throw new AppError('usage', noLayer(encoder?.title ?? backbone, layer, layers, pooling));
  const problem = methodProblem(method, run.config);
  if (problem !== null) throw new AppError('usage', problem, { method });
  if (layer !== last && !methodInfo(method).hasLayers) {
    throw new AppError(
      'usage',
      `The method ${method} has no choice of layers. Leave the layer out, or choose the method ${LAYER_METHODS.join(' or ')}.`,
    );
  }
  return { method, layer };
}

function noLayer(backbone: string, layer: string, layers: readonly string[], pooling: Pooling): string {
  const list = `It has: ${layers.join(', ')}.`;
  return pooling === 'mean' ? `${backbone} has no layer ${layer}. ${list}` : `${backbone} has no layer ${layer} that its class token reads. ${list}`;
}
