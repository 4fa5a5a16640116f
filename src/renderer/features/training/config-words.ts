import type { TermName } from '../../../shared/glossary.ts';
import type { RunConfig } from '../../../shared/run.ts';
import { OPTION_ENTRIES, optionsOf, type OptionName } from '../../../shared/training-options/table.ts';
import { configText } from '../../../shared/training-options/words.ts';

export interface ConfigLine {
  key: OptionName;
  name: string;
  value: string; // with its unit
  term?: TermName;
}

/** The settings that a run has by its loss and backbone, one line per option. */
export const configLines = (config: RunConfig): ConfigLine[] =>
  optionsOf(config).map(([key, option]) => ({
    key,
    name: option.label,
    value: configText(key, option, config),
    ...(option.term ? { term: option.term } : {}),
  }));

export interface DiffLine extends Omit<ConfigLine, 'value'> {
  values: string[]; // one per run
  differs: boolean;
}

/** The settings of several runs side by side. An option that a run does not have is "–". */
export function configDiff(configs: readonly RunConfig[]): DiffLine[] {
  const all = configs.map(configLines);
  return OPTION_ENTRIES.flatMap(([key]) => {
    const lines = all.map((one) => one.find((line) => line.key === key));
    const line = lines.find((one) => one !== undefined);
    if (!line) return [];
    const values = lines.map((one) => one?.value ?? '–');
    const { value: _, ...words } = line;
    return [{ ...words, values, differs: new Set(values).size > 1 }];
  });
}

/** The settings that a run has, as choices of the form, for training it again. Options of the computer, such as the device, are left out. */
export function choicesOf(config: RunConfig): Record<string, unknown> {
  const choices = optionsOf(config).flatMap(([name, { kind, perMachine }]) => {
    const value = kind === 'weights' ? config.weights?.source : kind === 'pairs' ? config.pairs?.sha256 : config[name];
    return perMachine || value === null || value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(choices), ...(config.beside !== null && { beside: config.beside }) };
}
