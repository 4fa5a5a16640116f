import type { RunConfig } from '../../../../shared/run.ts';
import { encoderFacts } from '../../../../shared/imported-encoder-words.ts';
import { fileName, settingText } from '../../../../shared/format.ts';
import type { OptionGroup } from '../../../../shared/training-options/option.ts';
import { optionsOf } from '../../../../shared/training-options/table.ts';
import { RESAMPLING_WORDS } from '../../../../shared/training-options/resampling.ts';
import { configText } from '../../../../shared/training-options/words.ts';
import { markup, type Content, type Html } from '../../../foundation/html.ts';
import { facts } from './parts.ts';

type Row = [name: Content, value: Content];

/** The settings that a run has by its loss and backbone, with the technical term if it differs from the label. */
export function settingsTables(config: RunConfig): Html {
  const rows = (...groups: OptionGroup[]): Row[] =>
    optionsOf(config)
      .filter(([, option]) => groups.includes(option.group))
      .map(([name, option]) => [
        term(option.label, option.technical),
        option.kind === 'weights' && config.weights && !config.encoder ? weightsText(config.weights) : configText(name, option, config),
      ]);
  const { mean, std } = config.preprocessing;
  return markup`<div class="tables">
${facts(
  [
    ...rows('network', 'images'),
    ...(config.encoder
      ? encoderFacts(config.encoder).map(({ name, value }): Row => [name, value])
      : [
          [term('Pixel scaling', 'mean; standard deviation, RGB'), `${triple(mean)}; ${triple(std)}`] satisfies Row,
          [term('Padding and epsilon', 'flavour'), config.flavour] satisfies Row,
        ]),
    [term('Image resizing', 'resampling'), RESAMPLING_WORDS[config.resampling]],
  ],
  'The network',
)}
${facts(rows('pairs', 'learning', 'schedule', 'computation'), 'The training')}
</div>`;
}

const term = (label: string, technical: string | undefined): Content =>
  technical === undefined ? label : markup`${label} <span class="term">${technical}</span>`;
const triple = (values: readonly number[]): string => values.map((v) => settingText(Number(v.toPrecision(3)))).join(', ');

const weightsText = ({ source, licence, sha256 }: NonNullable<RunConfig['weights']>): Content =>
  markup`${fileName(source)}${licence && ` (${licence})`}<br>SHA-256 <code>${sha256}</code>`;
