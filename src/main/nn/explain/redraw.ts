import type { Block } from '../backbones/backbone.ts';
import { Builder } from '../backbones/builder.ts';
import { backboneOf } from '../backbones/index.ts';
import { globalMean } from '../functional/global-mean.ts';
import { initialTensors } from '../initialise.ts';
import type { Task } from '../ir/task.ts';
import type { ParamSpec, TensorMap } from '../ir/tensor.ts';
import type { Value } from '../ir/value.ts';
import { buildHead } from '../head.ts';
import { BACKBONE_PREFIX, type SiameseSpec } from '../siamese.ts';

/** A part of a network whose weights are redrawn together. */
export interface Stage {
  name: string; // "fc.2", "features.14 to features.18"
  params: readonly ParamSpec[];
  blocks: readonly string[]; // of the backbone; none for a layer of the head
}

/**
 * A network's stages from the top: the head's last layer, the layer before it, then the backbone from its end to its start. A stage of the
 * backbone is the consecutive blocks whose outputs have one size, or those that the backbone puts together. An imported encoder has no
 * parameters here, so only the head has stages.
 */
export function stagesFromTop(spec: SiameseSpec): Stage[] {
  const b = new Builder(spec);
  let declared = 0;
  const newParams = (): ParamSpec[] => {
    const specs = b.program.paramSpecs().slice(declared);
    declared += specs.length;
    return specs;
  };
  const parts: { name: string; stage: string; params: ParamSpec[] }[] = [];
  const features = buildBlocks(b, spec, 1, {
    after: ({ name, stage }, output) => {
      parts.push({ name, stage: stage ?? output.shape.slice(2).join(), params: newParams() });
    },
  });
  const stages = parts.reduce<(typeof parts)[]>((found, part) => {
    const last = found.at(-1);
    if (last?.[0]!.stage === part.stage) last.push(part);
    else found.push([part]);
    return found;
  }, []);
  buildHead(b, spec, globalMean(b.program, features));
  const head = newParams();
  const layerOf = ({ name }: ParamSpec): string => name.slice(0, name.lastIndexOf('.'));
  const layers = [...new Set(head.map(layerOf))].reverse();
  return [
    ...layers.map((name): Stage => ({ name, params: head.filter((param) => layerOf(param) === name), blocks: [] })),
    ...stages.reverse().flatMap((stage): Stage[] => {
      if (stage.every(({ params }) => params.length === 0)) return [];
      const [first, last] = [stage[0]!.name, stage.at(-1)!.name];
      return [
        {
          name: first === last ? first : `${first} to ${last}`,
          params: stage.flatMap(({ params }) => params),
          blocks: stage.map(({ name }) => name),
        },
      ];
    }),
  ];
}

/**
 * A copy of `params` in which the tensors of some stages have the values of a new network: random weights, and batch norm as the identity
 * until it gets the statistics of statisticsTask.
 */
export const redraw = (params: TensorMap, stages: readonly Stage[], seed: number): TensorMap =>
  new Map([
    ...params,
    ...initialTensors(
      stages.flatMap((stage) => stage.params),
      seed,
    ),
  ]);

/**
 * Images [N, 3, S, S] -> the mean and variance of the batch at each batch norm of some stages, under the names of their statistics. Without
 * them the features of random weights hardly differ between positions, and maps are flat: the reference would be too easy to exceed. Null
 * if these stages have no batch norm.
 */
export function statisticsTask(spec: SiameseSpec, stages: readonly Stage[], images: number): Task | null {
  const redrawn = new Set(stages.flatMap(({ blocks }) => blocks));
  const b = new Builder(spec);
  buildBlocks(b, spec, images, { before: (name) => (b.batchStatistics = redrawn.has(name)) });
  if (b.statistics.length === 0) return null;
  return { program: b.program, outputs: Object.fromEntries(b.statistics.map(({ name, batch }) => [name, batch])) };
}

interface Visitor {
  before?(block: string): void;
  after?(block: Block, output: Value): void;
}

/** Declares the input `images` and builds the backbone: its last feature map, [N, C, h, w]. */
function buildBlocks(b: Builder, { backbone, beside, size }: SiameseSpec, images: number, { before, after }: Visitor): Value {
  const { blocks, featureMap } = backboneOf(backbone, beside);
  let value = b.program.input('images', [images, 3, size, size]);
  for (const block of blocks) {
    before?.(block.name);
    const output = block.build(b, value, BACKBONE_PREFIX);
    value = block === blocks.at(-1) ? featureMap(b, output).map : output;
    after?.(block, output);
  }
  return value;
}
