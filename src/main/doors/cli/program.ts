import { Command } from 'commander';
import { APP_VERSION } from '../../foundation/versions.ts';
import { addComparisonsCommand } from './comparisons.ts';
import { addDataCommands } from './data.ts';
import { addBundleCommands } from './bundle.ts';
import { addTableCommands } from './tables.ts';
import { addDuplicatesCommand } from './duplicates.ts';
import { addEmbeddingCommands } from './embeddings.ts';
import { addEncodersCommand } from './encoders.ts';
import { addExperimentsCommand } from './experiments.ts';
import { addDemoCommand } from './demo.ts';
import { addImageMapCommand } from './image-map.ts';
import { addLabelsCommand } from './labels.ts';
import { addQualityCommand } from './quality.ts';
import { addResultCommands } from './results.ts';
import { addMachineCommands } from './machine.ts';
import { addServeCommand } from './serve.ts';
import { addSimilarCommand } from './similar.ts';
import { addTrainCommand } from './train.ts';
import { addWeightsCommand } from './weights.ts';

export function buildProgram(): Command {
  const program = new Command('twinlens')
    .description('Explainable image similarity: Siamese networks with factual and counterfactual maps.')
    .version(APP_VERSION)
    .exitOverride()
    .showHelpAfterError('(--help lists the options)');
  addDataCommands(program);
  addBundleCommands(program);
  addTableCommands(program);
  addEncodersCommand(program);
  addLabelsCommand(program);
  addDuplicatesCommand(program);
  addEmbeddingCommands(program);
  addImageMapCommand(program);
  addQualityCommand(program);
  addSimilarCommand(program);
  addTrainCommand(program);
  addWeightsCommand(program);
  addExperimentsCommand(program);
  addResultCommands(program);
  addComparisonsCommand(program);
  addMachineCommands(program);
  addDemoCommand(program);
  addServeCommand(program);
  for (const command of program.commands) command.exitOverride().showHelpAfterError('(--help lists the options)');
  return program;
}
