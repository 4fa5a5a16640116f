import type { Command } from 'commander';
import { numberOption } from './options.ts';
import type { ServeArguments } from './serve-workbench.ts';

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve the workbench to a browser on this computer; runs until interrupted')
    .option('--workspace <dir>', 'folder that contains data sets, runs and comparisons')
    .option('--json', 'print one JSON document')
    .addOption(numberOption('--port <n>', 'the port on 127.0.0.1 (default: any free one)'))
    .option('--sample', 'start with the sample data set if the workspace is empty')
    .option('--open', "open it in your browser, even if the workspace can't be opened")
    .action(async (options: ServeArguments) => {
      const { serve } = await import('./serve-workbench.ts'); // on demand: help needs no server
      await serve(options);
    });
}
