import { type Command, Option } from 'commander';
import type { BenchRequest } from '../../../shared/contract.ts';
import type { CheckResult } from '../../../shared/engine-check.ts';
import type { DeviceReport } from '../../../shared/workbench.ts';
import { AppError } from '../../../shared/errors.ts';
import { countText } from '../../../shared/format.ts';
import { NETWORKS, sizeProblem } from '../../../shared/backbones.ts';
import { choiceValues, DEVICES, ENGINES } from '../../../shared/training-options/table.ts';
import { profileLines } from './profile-lines.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { diagnosticsOf } from '../../foundation/log/diagnostics.ts';
import { OutputPaths } from '../../foundation/output-paths.ts';
import { workspaceAt, workspaceFolder } from '../../foundation/workspace.ts';
import type { Machine } from '../../machine.ts';
import { type Common, addCommonOptions, resolveUserPath, numberOption, parseRequest } from './options.ts';
import { print, ProgressLine } from './output.ts';

const BUNDLE_LINES = 2000; // of each log

export function addMachineCommands(program: Command): void {
  addCommonOptions(program.command('doctor').description('check every engine and device with a training step'))
    .option('--verbose', 'also list the operators of a step that fall back from the GPU to the CPU')
    .option('--bundle <file>', 'write versions, devices, settings and the last log lines to a JSON file, to attach to a bug report')
    .option('--force', 'replace an existing file')
    .action(async ({ workspace, json, verbose = false, bundle, force = false }: Common & { verbose?: boolean; bundle?: string; force?: boolean }) => {
      if (bundle !== undefined) checkBundle(resolveUserPath(bundle), workspace, force);
      const { report, automatic } = await withMachine(workspace, 'doctor', (machine) => machine.inspectDevices({ verbose }));
      const engines = report.checks;
      const file = bundle === undefined ? null : await writeBundle(resolveUserPath(bundle), workspace, report);
      print(Boolean(json), { node: process.versions.node, engines, ...(file === null ? {} : { bundle: file }) }, () => [
        `Node ${process.versions.node}`,
        ...engines.flatMap(checkLines),
        `Automatic choice: ${automatic}`,
        ...(file === null ? [] : [`Diagnostics: ${file}`]),
      ]);
    });

  addCommonOptions(program.command('bench').description('measure speed with random weights'))
    .addOption(new Option('--task <task>', 'the task to measure').choices(['train', 'infer', 'explain', 'embed']))
    .addOption(new Option('--backbone <name>', 'the backbone').choices(NETWORKS))
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
      const result = await withMachine(workspace, 'bench', async (machine) =>
        measure(machine, await parseRequest((contract) => contract.BenchRequest, rest)),
      );
      print(Boolean(json), result, () => [
        `${result.task} ${result.backbone}: ${result.imagesPerSecond.toFixed(1)} images/s (${result.seconds.toFixed(3)} s) on ${result.device} (${result.engine})`,
        ...('profile' in result && result.profile ? profileLines(result.profile) : []),
      ]);
    });
}

/** The result of one engine on one device. */
function checkLines({ engine, device, ok, detail, imagesPerSecond, cpuFallbackOps }: CheckResult): string[] {
  const rate = imagesPerSecond === null ? '' : `${countText(Math.round(imagesPerSecond))} images/s, `;
  const line = `${ok ? 'works ' : 'fails '} ${engine} on ${device}: ${rate}${detail}`;
  if (cpuFallbackOps === null) return [line];
  return [line, `         fall back to the CPU: ${cpuFallbackOps.length ? cpuFallbackOps.join(', ') : 'none'}`];
}

function measure({ benchmarks }: Machine, request: BenchRequest): Promise<Benchmark> {
  const { task, profile, folder, backbone, size } = request;
  const wrongSize = sizeProblem(backbone, size);
  if (wrongSize) throw new AppError('usage', wrongSize);
  const line = new ProgressLine();
  const onProgress = ({ done, total }: { done: number; total: number }): void => line.update(`${countText(done)} of ${countText(total)}`);
  if (task !== 'embed') return benchmarks.step(task, request, onProgress).finally(() => line.end());
  if (folder === undefined) throw new AppError('usage', 'The task embed needs a folder of images: --folder FOLDER.');
  if (profile) throw new AppError('usage', 'The task embed has no profile: --profile is for train, infer and explain.');
  return benchmarks.embed({ ...request, folder: resolveUserPath(folder) }, onProgress).finally(() => line.end());
}

type Benchmark = Awaited<ReturnType<Machine['benchmarks']['step' | 'embed']>>;

async function withMachine<T>(workspace: string | undefined, command: string, work: (machine: Machine) => Promise<T>): Promise<T> {
  const { openMachine } = await import('../../machine.ts'); // on demand: help opens no workspace
  const machine = openMachine({ workspace: userWorkspace(workspace), command });
  try {
    return await work(machine);
  } finally {
    await machine.close();
  }
}

const userWorkspace = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolveUserPath(path));

/** Throws AppError 'bad-request' before the devices are checked; see OutputPaths. The workspace stays closed, so images are files like others. */
function checkBundle(file: string, workspace: string | undefined, replace: boolean): void {
  const outputs = new OutputPaths({ workspace: workspaceFolder(userWorkspace(workspace)), datasetWithImage: () => null });
  outputs.check(file, { replace });
}

async function writeBundle(file: string, workspace: string | undefined, devices: DeviceReport): Promise<string> {
  const { SettingsFile, settingsPath } = await import('../../foundation/settings.ts'); // on demand: it loads zod
  const { logs } = workspaceAt(workspaceFolder(userWorkspace(workspace)));
  const settings = new SettingsFile(settingsPath()).get();
  const diagnostics = diagnosticsOf({ logs, settings, devices }, BUNDLE_LINES);
  await writeFileAtomically(file, `${JSON.stringify(diagnostics, null, 2)}\n`);
  return file;
}
