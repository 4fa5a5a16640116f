import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import type * as Contract from '../../../shared/contract.ts';
import { AppError } from '../../../shared/errors.ts';
import { log } from '../../foundation/log/log.ts';
import { printWarnings } from './output.ts';
import { onStopSignal } from './signals.ts';
import type { Services } from '../../services.ts';

export interface Common {
  workspace?: string;
  json?: boolean;
}

/** npm changes the working directory to the project's; INIT_CWD is the folder that the command was typed in. */
export const resolveUserPath = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);

/** A choice of an encoder, NAME or NAME=WEIGHTS, with the weights as an absolute path if they are a file. */
export function withUserPath(choice: string): string {
  const [encoder, weights] = [choice.slice(0, choice.indexOf('=')), choice.slice(choice.indexOf('=') + 1).trim()];
  if (!choice.includes('=') || weights === '') return choice;
  const path = resolveUserPath(weights);
  return existsSync(path) ? `${encoder}=${path}` : choice;
}

export function addCommonOptions(command: Command): Command {
  return command.option('--workspace <dir>', 'folder that contains data sets, runs and comparisons').option('--json', 'print one JSON document');
}

export function numberOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
    return value;
  });
}

/** Parses a request by a schema of the contract, loaded on demand: help needs none. An error names the option as typed on the command line. */
export async function parseRequest<S extends z.ZodType>(schemaOf: (contract: typeof Contract) => S, request: unknown): Promise<z.infer<S>> {
  const result = schemaOf(await import('../../../shared/contract.ts')).safeParse(request);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const option = issue.path.join('.').replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
  throw new AppError('usage', `${option ? `${option} ` : ''}${issue.message}.`);
}

const STOP_MS = 1_000; // grace period before the compute process is ended

/** Opens the workspace for one command, cancels the command on Ctrl-C, and always closes the workspace. `finish`: as in onStopSignal. */
export async function withServices<T>(
  common: Common,
  write: boolean,
  command: string,
  work: (s: Services, signal: AbortSignal) => Promise<T>,
  finish?: (s: Services) => Promise<boolean>,
): Promise<T> {
  const workspace = common.workspace === undefined ? undefined : resolveUserPath(common.workspace);
  const startedMs = performance.now();
  const controller = new AbortController();
  let services: Services | undefined;
  let stopTimer: NodeJS.Timeout | undefined;
  // Before the lock is taken: otherwise a signal in between would end the process without releasing it.
  const removeHandlers = onStopSignal(
    (reason) => {
      controller.abort(reason);
      stopTimer = setTimeout(() => void services?.compute.end(), STOP_MS); // pending work then fails as cancelled
    },
    finish && (() => (services === undefined ? Promise.resolve(false) : finish(services))),
  );
  try {
    const { openServices } = await import('../../services.ts'); // on demand: help opens no workspace
    services = openServices({ workspace, write, command, log: 'cli' });
    const { store } = services;
    for (const warning of services.warnings()) log().warn(warning);
    printWarnings(services.warnings());
    return await work(services, controller.signal).finally(() => store.assertInPlace());
  } finally {
    clearTimeout(stopTimer);
    removeHandlers();
    if (services) {
      await services.close();
      log().info({ command, seconds: Math.round(performance.now() - startedMs) / 1000 }, 'command ends');
    }
  }
}
