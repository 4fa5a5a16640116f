import { chanceText } from '../../../shared/calibration-words.ts';
import { type Command, Option } from 'commander';
import { certaintyAt } from '../../../shared/calibration.ts';
import { countText, distanceText, timeText } from '../../../shared/format.ts';
import { testMetrics } from '../../../shared/run-comparison.ts';
import { type ThresholdEntry, THRESHOLD_RULES } from '../../../shared/thresholds.ts';
import { basisText, choiceText, RULE_WORDS, seenWarning, thresholdLines } from '../../../shared/threshold-words.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Services } from '../../services.ts';
import { workspaceOption } from './data.ts';
import { type Common, addCommonOptions, numberOption, parseRequest, withServices } from './options.ts';
import { percent, print } from './output.ts';

interface Flags extends Common {
  rule?: string;
  limit?: number;
  costSame?: number;
  costDifferent?: number;
  value?: number;
  reason?: string;
  restore?: number;
  fitAgain?: boolean;
}

export function addThresholdCommand(program: Command): void {
  addCommonOptions(program.command('threshold <run>').description("show or choose a run's threshold; chosen on validation pairs only"))
    .addOption(
      new Option('--rule <rule>', `how it is chosen: ${THRESHOLD_RULES.map((rule) => `${rule} (${RULE_WORDS[rule].label})`).join(', ')}`).choices(
        THRESHOLD_RULES,
      ),
    )
    .addOption(numberOption('--limit <share>', 'largest share of wrong verdicts, 0 to 1, for false-same and false-different'))
    .addOption(numberOption('--cost-same <cost>', 'cost of a false "same", for costs'))
    .addOption(numberOption('--cost-different <cost>', 'cost of a false "different", for costs'))
    .addOption(numberOption('--value <distance>', 'the threshold, for value'))
    .option('--reason <text>', 'stored with the threshold')
    .addOption(numberOption('--restore <entry>', 'choose an earlier threshold again, by its number'))
    .option('--fit-again', 'fit the similarity curve of a run of an older version again; the threshold stays')
    .action(async (run: string, { workspace, json, ...flags }: Flags) => {
      const choice = choiceOf(flags);
      if (choice === undefined && flags.reason !== undefined)
        throw new AppError('usage', '--reason needs --rule: it is stored with the threshold that the rule chooses.');
      if ([choice, flags.restore, flags.fitAgain].filter((one) => one !== undefined).length > 1)
        throw new AppError('usage', 'Give one of --rule, --restore and --fit-again.');
      const request =
        choice === undefined
          ? undefined
          : await parseRequest((contract) => contract.CALLS['runs.setThreshold'].input, { run, choice, reason: flags.reason });
      const writes = request !== undefined || flags.restore !== undefined || flags.fitAgain === true;
      const result = await withServices(workspaceOption(workspace), writes, `threshold ${run}`, async (s, signal) => {
        if (request) s.thresholds.choose(run, request.choice, request.reason.trim());
        if (flags.restore !== undefined) s.thresholds.restore(run, flags.restore);
        if (flags.fitAgain) await s.thresholds.fitAgain(run, signal);
        const isEvaluated = s.store.runs.get(run).metrics.some(({ split }) => split === 'test');
        if (flags.fitAgain && isEvaluated) await s.evaluation.evaluateAtNewCurve(run, { signal });
        else if (writes && isEvaluated) await s.evaluation.evaluateAtNewThreshold(run, { signal }); // after the choice
        return stateOf(s, run);
      });
      print(Boolean(json), result.document, () => result.lines);
    });
}

function choiceOf({ rule, limit, costSame, costDifferent, value }: Flags): unknown {
  for (const [option, given, rules] of [
    ['--limit', limit, ['false-same', 'false-different']],
    ['--cost-same', costSame, ['costs']],
    ['--cost-different', costDifferent, ['costs']],
    ['--value', value, ['value']],
  ] as const) {
    const isUsed = (rules as readonly (string | undefined)[]).includes(rule);
    if (given === undefined && isUsed) throw new AppError('usage', `The rule ${rule} needs ${option}.`);
    if (given !== undefined && !isUsed) throw new AppError('usage', `${option} is for --rule ${rules.join(' or ')}.`);
  }
  if (rule === undefined) return undefined;
  if (rule === 'false-same' || rule === 'false-different') return { rule, limit };
  if (rule === 'costs') return { rule, falseSame: costSame, falseDifferent: costDifferent };
  return rule === 'value' ? { rule, threshold: value } : { rule };
}

function stateOf({ thresholds, store }: Services, id: string): { document: object; lines: string[] } {
  const history = thresholds.history(id);
  const run = store.runs.get(id);
  const [current] = history as [ThresholdEntry];
  const calibration = run.calibration!;
  const test = testMetrics(run);
  const { reliability, ...fit } = calibration.fit ?? {};
  const document = {
    run: id,
    ...current,
    similarity: certaintyAt(current.threshold, calibration),
    curve: { ...calibration, fit },
    reliability,
    test,
    history,
  };
  const lines = [
    ...thresholdLines(current, run.validDistances!, calibration),
    ...(calibration.fit ? [] : ['The similarity curve is of an older version and has no interval: --fit-again fits it again.']),
    ...(reliability
      ? [
          `Expected calibration error on validation pairs, cross-fitted: ${percent(reliability.error)}${chanceText(reliability)}; Brier score ${reliability.brier.toFixed(3)}.`,
        ]
      : []),
    test
      ? `On ${countText(test.pairs)} test pairs at the threshold ${distanceText(test.threshold)}: accuracy ${percent(test.accuracy)}${test.reliability ? `, expected calibration error ${percent(test.reliability.error)}` : ''}.`
      : 'Not evaluated on test pairs.',
    ...(history.length > 1
      ? ['History, newest first:', ...history.map((entry) => `  ${entryLine(entry, basisText(entry, run.validDistances!, calibration))}`)]
      : []),
  ];
  return { document, lines: [`Run ${id}`, ...lines.map((line) => `  ${line}`)] };
}

function entryLine(entry: ThresholdEntry, basis: string | null): string {
  const { entry: number, threshold, choice, reason, chosenMs, restored } = entry;
  const notes = [
    basis ?? false,
    restored !== null && `restores ${restored}`,
    reason !== '' && reason,
    seenWarning(entry) !== null && 'after test figures were seen',
  ];
  return `${number}  ${distanceText(threshold)}  ${choiceText(choice)}  ${timeText(chosenMs)}${notes
    .filter((note) => note !== false)
    .map((note) => `; ${note}`)
    .join('')}`;
}
