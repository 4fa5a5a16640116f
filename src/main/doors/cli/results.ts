import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Comparison, TARGETS } from '../../../shared/comparison.ts';
import { distanceWords } from '../../../shared/comparison-words.ts';
import { likelihoodRatio, likelihoodSentences } from '../../../shared/likelihood.ts';
import { LAYER_METHODS, methodInfo, methodWords } from '../../../shared/explanation-methods.ts';
import { type CellPair, hasMatches, type MatchesAnswer, strongestPairs } from '../../../shared/matches.ts';
import type { PairExamples } from '../../../shared/examples.ts';
import { counterfactualFailures, imageZText, mapsClaim } from '../../../shared/faithfulness-words.ts';
import { flipWords } from '../../../shared/flip-words.ts';
import { methodOption } from './method-option.ts';
import { probabilityText } from '../../../shared/format.ts';
import { completenessSentences, emptySentence, scaleSentence, weakMark } from '../../../shared/map-words.ts';
import { MAP_KINDS } from '../../../shared/maps/kinds.ts';
import { savedChoice } from '../../../shared/maps/run-scale.ts';
import { pairNotices } from '../../../shared/pair-truth.ts';
import { DEFAULT_SECTIONS, REPORT_SECTIONS, type ReportSection, SECTION_NAMES } from '../../../shared/report.ts';
import { verdictClaim } from '../../../shared/verdict-claim.ts';
import type { Services } from '../../services.ts';
import { workspaceOption } from './data.ts';
import { type Common, addCommonOptions, resolveUserPath, parseRequest, withServices } from './options.ts';
import { checkMaps, exampleLines, findExamples, findMatches, flipLines, matchLines, testFlip } from './comparison-extras.ts';
import { addCompareRunsCommand } from './compare-runs.ts';
import { addEvaluateCommand } from './evaluate.ts';
import { addThresholdCommand } from './threshold.ts';
import { print, ProgressLine } from './output.ts';

/** A comparison with what was asked for beside it. */
type PrintedComparison = Comparison & { examples?: PairExamples; matches?: MatchesAnswer & { strongest?: CellPair[] } };

interface Force {
  force?: boolean;
}

const forceOption = (): Option => new Option('--force', 'replace existing files');

interface ReportFlags extends Partial<Record<'title' | 'author' | 'logo', string>> {
  out: string;
  sections?: ReportSection[];
}

/** "method,files", "all" or "none". */
const sectionsOption = (): Option =>
  new Option(
    '--sections <names>',
    `parts beside the first page and the comparisons, separated by commas: ${SECTION_NAMES.join(', ')}; or all, or none (default: ${DEFAULT_SECTIONS.join(', ')})`,
  ).argParser((text): readonly ReportSection[] => {
    if (text === 'all') return SECTION_NAMES;
    if (text === 'none') return [];
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !Object.hasOwn(REPORT_SECTIONS, name));
    if (unknown !== undefined)
      throw new InvalidArgumentError(`There is no section ${JSON.stringify(unknown)}. Choose from ${SECTION_NAMES.join(', ')}, all and none.`);
    return SECTION_NAMES.filter((name) => names.includes(name));
  });

/** Throws AppError 'bad-request' if writing `path` would destroy something; see OutputPaths. */
const checkOutput = ({ outputs }: Services, path: string, force = false): void => outputs.check(path, { replace: force });

/** checkOutput for the files that `compare --out` writes: most of them are images. */
const checkCopies = ({ outputs, compare }: Services, folder: string, force = false): void => {
  for (const name of compare.fileNames) outputs.check(join(folder, name), { replace: force, isImage: true });
};

export function addResultCommands(program: Command): void {
  addEvaluateCommand(program);
  addCompareRunsCommand(program);
  addThresholdCommand(program);

  addCommonOptions(program.command('compare <run> <image-a> <image-b>').description('compare two images and explain the result'))
    .addOption(new Option('--target <target>', 'what the maps explain').choices(TARGETS).default('verdict'))
    .addOption(methodOption())
    .option('--layer <name>', `layer whose features are used, by ${LAYER_METHODS.join(' and ')} only (default: the last)`)
    .option('--check', 'check how faithful the maps are; takes seconds, for a large network half a minute')
    .option('--flip', 'find the smallest parts whose blurring changes the verdict; takes about as long as --check')
    .option('--examples', 'list the nearest training and validation images of each image; a run that did not cache its features reads them once')
    .option('--matches', 'list the spots of the two images that match, with what each pair of spots adds to the distance')
    .option('--out <dir>', 'folder for copies of the images and maps')
    .addOption(forceOption())
    .action(
      async (
        run: string,
        a: string,
        b: string,
        {
          workspace,
          json,
          check,
          flip,
          examples,
          matches,
          target,
          method,
          layer,
          out,
          force,
        }: Common &
          Force &
          Partial<Record<'check' | 'flip' | 'examples' | 'matches', boolean>> &
          Partial<Record<'target' | 'method' | 'layer' | 'out', string>>,
      ) => {
        const folder = out === undefined ? undefined : resolveUserPath(out);
        const images = [a, b].map((file) => imagePath(file));
        const request = await parseRequest((contract) => contract.CompareRequest, { run, images, target, method, layer, out: folder });
        const c = await withServices(workspaceOption(workspace), true, `compare ${run}`, async (s, signal): Promise<PrintedComparison> => {
          if (folder !== undefined) checkCopies(s, folder, force);
          const line = new ProgressLine();
          const onProgress = ({ done, total }: { done: number; total: number }): void =>
            line.update(`Explaining: ${Math.round((100 * done) / total)} %`);
          const compared = await s.compare.compare(request, signal, onProgress).finally(() => line.end());
          return {
            ...compared,
            ...(check && { check: await checkMaps(s, compared, signal) }),
            ...(flip && { flip: await testFlip(s, compared, signal) }),
            ...(examples && { examples: await findExamples(s, compared, signal) }),
            ...(matches && { matches: withStrongest(await findMatches(s, compared)) }),
          };
        });
        const words = { ...(c.check && { mapsClaim: mapsClaim(c.check) }), ...(c.flip && { flipWords: flipWords({ ...c, flip: c.flip }) }) };
        print(Boolean(json), { ...c, likelihoodRatio: likelihoodRatio(c), ...words }, () => [
          ...comparisonLines(c),
          ...(c.examples ? exampleLines(c.examples, c) : []),
          ...(c.matches ? matchLines(c.matches) : []),
        ]);
      },
    );

  addCommonOptions(program.command('report <comparison...>').description('write comparisons as one self-contained HTML page or PDF'))
    .requiredOption('--out <file>', 'the file: NAME.html, or NAME.pdf with Chromium or Chrome on this computer')
    .addOption(forceOption())
    .option('--title <text>', 'title of the report')
    .option('--author <name>', 'author, on the first page')
    .option('--logo <file>', 'logo on the first page: a PNG, JPEG, WebP or SVG file')
    .addOption(sectionsOption())
    .action(async (comparisons: string[], { workspace, json, out, force, logo, ...page }: Common & Force & ReportFlags) => {
      const files = { out: resolveUserPath(out), logo: logo === undefined ? undefined : resolveUserPath(logo) };
      const request = await parseRequest((contract) => contract.ReportRequest, { comparisons, ...page, ...files });
      const { file } = await withServices(workspaceOption(workspace), true, 'report', async (s, signal) => {
        checkOutput(s, request.out, force);
        const { browserPrinter } = await import('../http/print-pdf.ts');
        return s.pages.write(request, { signal, printPdf: browserPrinter() });
      });
      print(Boolean(json), { file }, () => [`Report: ${file}`]);
    });

  addCommonOptions(program.command('export <run>').description("export a run's network to a file"))
    .addOption(new Option('--format <format>', 'file format').choices(['onnx', 'safetensors']).makeOptionMandatory())
    .requiredOption('--out <file>', 'the file')
    .addOption(forceOption())
    .action(async (run: string, { workspace, json, format, out, force }: Common & Force & { format: string; out: string }) => {
      const request = await parseRequest((contract) => contract.ExportRequest, { run, format, out: resolveUserPath(out) });
      const file = await withServices(workspaceOption(workspace), true, `export ${run}`, (s) => {
        checkOutput(s, request.out, force);
        return s.networks.export(request);
      });
      print(Boolean(json), { file }, () => [`Network: ${file}`]);
    });
}

const withStrongest = (answer: MatchesAnswer) => (hasMatches(answer) ? { ...answer, strongest: strongestPairs(answer) } : answer);

export function comparisonLines(c: Comparison): string[] {
  const claim = verdictClaim(c);
  const { shown } = distanceWords(c);
  return [
    ...pairNotices(c).map(({ text }) => `Note: ${text}`),
    `Comparison ${c.comparison}: the network considers these ${c.verdict === 'same' ? 'the same' : 'different'} (distance ${shown === 0 && c.distance > 0 ? '0 up to rounding' : c.distance.toFixed(4)}, threshold ${c.threshold.toFixed(4)}, similarity ${probabilityText(c.similarity)})`,
    `  ${claim.sign} ${claim.words}. ${claim.sentence}`,
    ...(likelihoodSentences(c) ?? []).slice(0, 1).map((sentence) => `  ${sentence}`),
    ...c.images.flatMap((image) => [
      `  ${image.file}`,
      ...MAP_KINDS.flatMap((kind) => {
        const weak = weakMark(c, image, kind);
        return [`    ${kind} ${image[kind]}`, ...(weak === null ? [] : [`      ${weak}`])];
      }),
      ...(image.empty ? [`    ${emptySentence(c, image.empty)}`] : []),
    ]),
    `  Maps: ${methodWords(c)}. ${methodInfo(c.method).hint}`,
    ...completenessSentences(c).map((sentence) => `  ${sentence}`),
    `  ${scaleSentence(c, savedChoice(c))}`,
    ...checkLines(c),
    ...flipLines(c),
    ...c.warnings.map((w) => `Note: ${w}`),
  ];
}

/** The badge of the maps, if they were checked, and the reason why counterfactual maps are greyed. */
function checkLines(c: Comparison): string[] {
  const failures = counterfactualFailures(c);
  const claim = c.check && mapsClaim(c.check);
  return [
    ...(claim ? [`  ${claim.sign} ${claim.words}. ${claim.sentence} ${imageZText(c.check!)}.`] : []),
    ...(failures === null ? [] : [`  ! ${failures}`]),
  ];
}

/** A path of an existing file, or the name of an image in the data set. */
function imagePath(file: string): string {
  const path = resolveUserPath(file);
  return existsSync(path) ? path : file;
}
