import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { BenchRequest } from '../../../shared/contract.ts';
import type { CheckResult } from '../../../shared/engine-check.ts';
import { AppError } from '../../../shared/errors.ts';
import { BACKBONES } from '../../../shared/backbones.ts';
import { choiceValues, DEVICES, ENGINES } from '../../../shared/training-options/table.ts';
import type { StepProfile } from '../../compute/protocol/protocol.ts';
import { profileLines } from './profile-lines.ts';
import { chooseDevice } from '../../domain/devices/choose-device.ts';
import { ComputeHost } from '../../compute/host/compute-host.ts';
import { launchUnder } from '../../rpc/launch.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { diagnosticsOf } from '../../foundation/log/diagnostics.ts';
import { log, openLog } from '../../foundation/log/log.ts';
import { computeEntry } from '../../foundation/program-folder.ts';
import { SettingsFile, settingsPath } from '../../foundation/settings.ts';
import { versions } from '../../foundation/versions.ts';
import { type Workspace, workspaceAt, workspaceFolder } from '../../foundation/workspace.ts';
import { type Common, addCommonOptions, resolveUserPath, numberOption, parseRequest } from './options.ts';
import { print, ProgressLine } from './output.ts';

const BUNDLE_LINES = 2000; // of each log

export function addMachineCommands(program: Command): void {
  addCommonOptions(program.command('doctor').description('check every engine and device with a training step'))
    .option('--verbose', 'also list the operators of a step that fall back from the GPU to the CPU')
    .option('--bundle <file>', 'write versions, devices, settings and the last log lines to a JSON file to send to whoever helps you')
    .action(async ({ workspace, json, verbose = false, bundle }: Common & { verbose?: boolean; bundle?: string }) => {
      const engines = await withCompute(workspace, 'doctor', (compute) => compute.ask('check', { verbose }));
      const file = bundle === undefined ? null : await writeBundle(resolveUserPath(bundle), workspace, engines);
      print(Boolean(json), { node: process.versions.node, engines, ...(file === null ? {} : { bundle: file }) }, () => [
        `Node ${process.versions.node}`,
        ...engines.flatMap(checkLines),
        `Automatic choice: ${chooseDevice({}, 'auto', { checkedMs: Date.now(), checks: engines }).why}`,
        ...(file === null ? [] : [`Diagnostics: ${file}`]),
      ]);
    });

  addCommonOptions(program.command('bench').description('measure speed with random weights'))
    .addOption(new Option('--task <task>', 'the task to measure').choices(['train', 'infer', 'explain', 'embed']))
    .addOption(new Option('--backbone <name>', 'the backbone').choices(BACKBONES))
    .addOption(numberOption('--pairs <n>', 'pairs per step'))
    .addOption(numberOption('--size <px>', 'image size in px'))
    .addOption(numberOption('--steps <k>', 'number of measured steps'))
    .addOption(new Option('--scope <scope>', 'trained layers, for the task train').choices(choiceValues('scope')))
    .addOption(new Option('--batch-norm <mode>', 'batch norm, for the task train').choices(choiceValues('batchNorm')))
    .option('--profile', 'also show the share of time of each kind of operation')
    .option('--folder <dir>', 'folder of images, for the task embed')
    .addOption(numberOption('--limit <n>', 'maximum number of images, for the task embed'))
    .addOption(new Option('--engine <name>', 'the engine').choices(ENGINES))
    .addOption(new Option('--device <name>', 'the device').choices(DEVICES))
    .action(async ({ json, workspace, ...rest }: Common & Record<string, unknown>) => {
      const result = await withCompute(workspace, 'bench', (compute) => runBench(compute, parseRequest(BenchRequest, rest)));
      print(Boolean(json), result, () => [
        `${result.task} ${result.backbone}: ${result.imagesPerSecond.toFixed(1)} images/s (${result.seconds.toFixed(3)} s) on ${result.device} (${result.engine})`,
        ...(result.profile ? profileLines(result.profile) : []),
      ]);
    });
}

/** The result of one engine on one device. */
function checkLines({ engine, device, ok, detail, imagesPerSecond, cpuFallbackOps }: CheckResult): string[] {
  const rate = imagesPerSecond === null ? '' : `${Math.round(imagesPerSecond)} images/s, `;
  const line = `${ok ? 'works ' : 'no    '} ${engine} on ${device}: ${rate}${detail}`;
  if (cpuFallbackOps === null) return [line];
  return [line, `         fall back to the CPU: ${cpuFallbackOps.length ? cpuFallbackOps.join(', ') : 'none'}`];
}

interface BenchResult {
  task: string;
  backbone: string;
  size: number;
  seconds: number;
  imagesPerSecond: number;
  device: string;
  engine: string;
  threads: number;
  channelBlock?: number;
  profile?: StepProfile;
}

async function runBench(compute: ComputeHost, r: BenchRequest): Promise<BenchResult> {
  const { task, backbone, pairs, size, steps, scope, batchNorm, engine, device, profile, limit } = r;
  const line = new ProgressLine();
  const onProgress = ({ done, total }: { done: number; total: number }): void => {
    line.update(`${done} of ${total}`);
  };
  try {
    if (task === 'embed') {
      if (r.folder === undefined) throw new AppError('usage', 'The task embed needs a folder of images: --folder FOLDER.');
      if (profile) throw new AppError('usage', 'The task embed has no profile: --profile is for train, infer and explain.');
      const found = await compute.ask('benchEmbed', { folder: resolveUserPath(r.folder), limit, backbone, size, engine, device }, { onProgress });
      return { task, backbone, size, ...found, imagesPerSecond: found.images / found.seconds, device, engine };
    }
    const found = await compute.ask('bench', { task, backbone, pairs, size, steps, scope, batchNorm, engine, device, profile }, { onProgress });
    const median = found.seconds.toSorted((a, b) => a - b)[found.seconds.length >> 1]!;
    return {
      task,
      backbone,
      ...(task === 'train' ? { scope, batchNorm } : {}),
      ...{ pairs, steps },
      size,
      seconds: median,
      imagesPerSecond: (2 * pairs) / median,
      device,
      engine,
      threads: found.threads,
      channelBlock: found.channelBlock,
      ...{ peakBytes: found.peakBytes },
      ...(found.profile ? { profile: found.profile } : {}),
    };
  } finally {
    line.end();
  }
}

/** A compute process without an open workspace. It logs only if the workspace exists, and never creates one. */
async function withCompute<T>(workspace: string | undefined, command: string, work: (compute: ComputeHost) => Promise<T>): Promise<T> {
  const { folder, logs } = workspaceOf(workspace);
  const exists = existsSync(folder);
  if (exists) openLog(logs, 'cli');
  log().info({ command, versions: versions() }, 'command starts');
  const compute = new ComputeHost(computeEntry(), launchUnder(), exists ? { folder: logs, name: 'compute' } : undefined);
  try {
    return await work(compute);
  } finally {
    await compute.end();
  }
}

const workspaceOf = (given: string | undefined): Workspace => workspaceAt(workspaceFolder(given === undefined ? undefined : resolveUserPath(given)));

async function writeBundle(file: string, workspace: string | undefined, checks: CheckResult[]): Promise<string> {
  const settings = new SettingsFile(settingsPath()).get();
  const all = diagnosticsOf({ logs: workspaceOf(workspace).logs, settings, devices: { checkedMs: Date.now(), checks } }, BUNDLE_LINES);
  await writeFileAtomically(file, `${JSON.stringify(all, null, 2)}\n`);
  return file;
}
