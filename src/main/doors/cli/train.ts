import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ResumeRequest, TrainRequest } from '../../../shared/contract.ts';
import { bytesText } from '../../../shared/format.ts';
import { BACKBONES } from '../../../shared/backbones.ts';
import { type Augmentation, DEVICES, ENGINES, HEAD_STARTS, OPTIMIZERS, type RunRecord, SCOPES } from '../../../shared/run.ts';
import { sessionWarnings } from '../../../shared/run-words.ts';
import { resumeRun, startRun, type TrainingOptions } from '../../features/training/service.ts';
import { type Common, common, fromHere, numeric, parsed, withServices } from './options.ts';
import { opened } from './data.ts';
import { duration, percent, print, ProgressLine } from './output.ts';
import { placed, resumedOn } from './place.ts';

/** Training progress as lines: one for each epoch, and one that moves in between. */
export function progressLines(signal: AbortSignal): TrainingOptions & { end(): void } {
  const line = new ProgressLine();
  return {
    signal,
    end: () => {
      line.end();
    },
    onProgress: (p) => {
      switch (p.kind) {
        case 'download':
          line.update(`Downloading ${p.file}: ${bytesText(p.received)}${p.total ? ` of ${bytesText(p.total)}` : ''}`);
          return;
        case 'prepare':
          line.update(`Preparing images: ${p.done} of ${p.total}`);
          return;
        case 'step':
          line.update(
            `Epoch ${p.epoch} of ${p.epochs}: pair ${p.done} of ${p.total}, loss ${p.loss.toFixed(4)}, ${Math.round(p.imagesPerSecond)} images/s, ${duration(p.secondsLeft)} left`,
          );
          return;
        case 'parts':
          line.say(`Memory did not suffice for whole steps: they are computed in parts of at most ${p.partPairs} pairs, to the same numbers.`);
          return;
        case 'epoch': {
          const { row } = p;
          line.say(
            `Epoch ${row.epoch}: loss ${row.lossTrain.toFixed(4)}, validation loss ${row.lossValid.toFixed(4)}, AUC ${row.aucValid.toFixed(4)}${row.best ? ' (best)' : ''}, accuracy ${percent(row.accuracyValid)}, ${Math.round(row.imagesPerSecond)} images/s, ${duration(p.secondsLeft)} left`,
          );
          return;
        }
        default:
          p satisfies never;
      }
    },
  };
}

const warningsOf = (run: RunRecord): string[] => [...sessionWarnings(run.sessions), ...run.warnings];

export const trained = (run: RunRecord): object => ({
  run: run.run,
  epochs: run.epochs.length,
  best: { epoch: run.bestEpoch, auc: run.epochs.find((e) => e.epoch === run.bestEpoch)?.aucValid ?? null },
  seconds: run.seconds,
  device: run.config.device,
  engine: run.config.engine,
  warnings: warningsOf(run),
});

export function addTrainCommand(program: Command): void {
  const command = common(program.command('train <dataset>').description('train a Siamese network on a data set'))
    .addOption(new Option('--backbone <name>', 'the network (default: compact, from scratch)').choices(BACKBONES))
    .option('--weights <path-or-id>', 'trained weights: a TF.js layers model, a .safetensors file, or an id from the catalogue')
    .addOption(new Option('--scope <scope>', 'what is trained (default: head with weights, all without)').choices(SCOPES))
    .addOption(
      new Option(
        '--head-start <kind>',
        "how the head begins: as a linear probe of the weights' features, or drawn (default: probe with weights)",
      ).choices(HEAD_STARTS),
    )
    .addOption(numeric('--epochs <n>', 'passes over the training images'))
    .addOption(numeric('--batch <pairs>', 'pairs in a step'))
    .addOption(numeric('--size <px>', 'side to which pictures are scaled for the network'))
    .addOption(numeric('--lr <x>', 'learning rate'))
    .addOption(new Option('--optimizer <name>', 'update rule').choices(OPTIMIZERS))
    .addOption(numeric('--weight-decay <x>', 'pull of the weights towards zero'))
    .addOption(numeric('--clip-norm <x>', 'largest gradient norm; 0 = no limit'))
    .addOption(numeric('--dim <d>', 'embedding dimension'))
    .addOption(numeric('--margin <m>', 'distance that pairs of different classes are pushed to'))
    .addOption(numeric('--patience <epochs>', 'stop after this many epochs without a better one; 0 = never'))
    .addOption(numeric('--plateau <epochs>', 'halve the rate after this many epochs without a lower validation loss; 0 = never'))
    .addOption(new Option('--batch-norm <kind>', 'frozen, or batch statistics').choices(['frozen', 'batch']))
    .addOption(new Option('--augment <list>', 'e.g. flip-horizontal,flip-vertical,rotate=15,crop=0.2,colour=0.3').argParser(augmentation))
    .addOption(numeric('--seed <n>', 'seed of weights, training pairs and augmentation'))
    .addOption(new Option('--engine <name>', 'what computes').choices(ENGINES))
    .addOption(new Option('--device <name>', 'where it computes (default: auto, the quickest that works here)').choices(['auto', ...DEVICES]))
    .option('--resume <run>', 'go on with a run from its last whole epoch; with --epochs, --batch, --engine or --device from then on');
  command.action(async (dataset: string, options: Common & Record<string, unknown>) => {
    const { workspace, json, resume, augment, weights, ...rest } = options;
    const run = await withServices(opened(workspace), true, `train ${dataset}`, async (s, signal) => {
      const lines = progressLines(signal);
      try {
        if (resume !== undefined) {
          const request = parsed(ResumeRequest, { run: resume, ...rest });
          return await resumeRun(s, request.run, await resumedOn(s, request, signal), lines);
        }
        const path = typeof weights === 'string' && existsSync(fromHere(weights)) ? fromHere(weights) : weights;
        const device = rest['device'] === 'auto' ? undefined : rest['device'];
        const request = parsed(TrainRequest, { dataset, ...rest, device, weights: path, augmentation: augment });
        const place = await placed(s, request, signal);
        return await startRun(s, { ...request, engine: place.engine, device: place.device }, lines);
      } finally {
        lines.end();
      }
    });
    print(Boolean(json), trained(run), () => [
      `Run ${run.run}: best epoch ${run.bestEpoch} of ${run.epochs.length}, ${duration(run.seconds)} on ${run.config.device} (${run.config.engine})`,
      ...warningsOf(run).map((w) => `Note: ${w}`),
    ]);
  });
}

function augmentation(text: string): Augmentation {
  const out: Augmentation = { flipHorizontal: false, flipVertical: false, rotation: 0, crop: 0, colour: 0 };
  for (const part of text.split(',')) {
    const [name, value] = part.split('=') as [string, string | undefined];
    const amount = Number(value);
    if (name === 'flip-horizontal') out.flipHorizontal = true;
    else if (name === 'flip-vertical') out.flipVertical = true;
    else if (!Number.isFinite(amount)) throw new InvalidArgumentError(`It can't read "${part}".`);
    else if (name === 'rotate') out.rotation = amount;
    else if (name === 'crop') out.crop = amount;
    else if (name === 'colour') out.colour = amount;
    else throw new InvalidArgumentError(`It does not know "${name}".`);
  }
  return out;
}
