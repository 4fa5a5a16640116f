import type { Command } from 'commander';
import { openHouse } from '../ipc/open-house.ts';
import { browserPrinter } from '../print-pdf.ts';
import { screenFolder } from '../program-folder.ts';
import { serveHouse } from '../serve.ts';
import { windowless } from '../shell.ts';
import { openWorkbench } from '../workbench.ts';
import { type Common, fromHere, numeric } from './options.ts';
import { print } from './output.ts';

interface ServeArguments extends Common {
  port?: number;
  sample?: boolean;
}

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('the workbench in a browser of this machine; runs until it is interrupted')
    .option('--workspace <dir>', 'folder that holds data sets, runs and comparisons')
    .option('--json', 'accepted as everywhere; the one line is always JSON')
    .addOption(numeric('--port <n>', 'the port on 127.0.0.1 (default: any free one)'))
    .option('--sample', 'begin with the sample data set where no other is there')
    .action(serve);
}

async function serve({ workspace, port, sample }: ServeArguments): Promise<void> {
  const interrupted = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
  });
  const bench = openWorkbench({
    workspace: workspace === undefined ? undefined : fromHere(workspace),
    shell: windowless('web', browserPrinter()),
    command: 'serve',
  });
  const house = openHouse(bench);
  try {
    const served = await serveHouse(house, { ...(port === undefined ? {} : { port }), screen: screenFolder() });
    if (sample && bench.store.datasets.list().length === 0) await house.call('datasets.sample', {});
    print(true, { url: served.url }, () => []);
    await interrupted;
    await served.close();
  } finally {
    await house.close();
  }
}
