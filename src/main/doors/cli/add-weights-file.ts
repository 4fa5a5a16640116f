import { TRAINABLE_NETWORKS } from '../../../shared/backbones.ts';
import { AppError } from '../../../shared/errors.ts';
import { bytesText, countNoun } from '../../../shared/format.ts';
import type { WeightsInspection } from '../../../shared/shelf.ts';
import { workspaceOption } from './data.ts';
import { type Common, resolveUserPath, withServices } from './options.ts';
import { plainSpaces, print } from './output.ts';

export interface WeightsFileOptions extends Common {
  check?: boolean;
  backbone?: string;
  title?: string;
  licence?: string;
}

/** Whether a path names weights of a network that Twinlens has, not an ONNX file. */
export const isWeightsFile = (path: string): boolean => /\.(safetensors|json)$/i.test(path);

/** After the problems that `weights add --check` prints, so that a script learns of them from the exit code. */
export const cannotBeAdded = (path: string): AppError => new AppError('bad-weights', `${path} can’t be added.`, { path });

/** `weights add` of a weights file: copies it to the shelf. Throws AppError 'bad-weights' if it is for another network, and 'usage' for an unknown one. */
export async function addWeightsFile(typed: string, { workspace, json, check = false, ...o }: WeightsFileOptions): Promise<void> {
  const path = resolveUserPath(typed);
  const backbone = TRAINABLE_NETWORKS.find((name) => name === o.backbone);
  if (o.backbone !== undefined && backbone === undefined)
    throw new AppError('usage', `There is no network ${o.backbone}: choose one of ${TRAINABLE_NETWORKS.join(', ')}.`);
  await withServices(workspaceOption(workspace), !check, `weights add ${typed}`, async (s, signal) => {
    const found = s.inspectWeights(path, backbone);
    if (check) {
      print(Boolean(json), found, () => foundLines(found));
      if (found.problem !== null) throw cannotBeAdded(typed);
      return;
    }
    if (found.backbone === null || found.problem !== null)
      throw new AppError('bad-weights', found.problem ?? 'The network of the file is not known.', { path, flags: ['--backbone NAME'] });
    const request = { path, backbone: found.backbone, title: o.title ?? found.title, licence: o.licence ?? null };
    const taken = s.weights.entries().map(({ id }) => id);
    const added = await s.weights.added.add(request, taken, signal);
    print(Boolean(json), added, () => [
      `Added ${added.id}: weights of ${added.backbone}, licence ${added.licence ?? 'not stated'}`,
      `Train with: twinlens train DATASET --backbone ${added.backbone} --weights ${added.id}`,
    ]);
  });
}

const foundLines = ({ files, bytes, network, licence, problem }: WeightsInspection): string[] => [
  `${files[0]!}: ${countNoun(files.length, 'file')}, ${plainSpaces(bytesText(bytes))}`,
  `Network: ${network ?? 'not known'}`,
  `Licence: ${licence ?? 'not stated'}`,
  ...(problem === null ? [] : [`Problem: ${problem}`]),
];
