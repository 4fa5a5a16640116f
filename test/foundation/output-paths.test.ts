import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { lutimesSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryPath } from '../../src/main/foundation/files.ts';
import { OutputPaths } from '../../src/main/foundation/output-paths.ts';

const HOUR_MS = 60 * 60_000;
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const dead = spawnSync(process.execPath, ['--version']).pid;
const nameOf = (pid: number, computer = host): string => `.twinlens-${computer}-${pid}-${randomUUID()}.tmp`;

test('the check of an output path deletes the temporary files of killed processes in its folder only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens outputs workspace '));
  const left = [nameOf(dead), nameOf(dead)];
  const young = nameOf(dead);
  const stay = [
    nameOf(process.pid), // a living owner
    nameOf(dead, host === '00000000' ? '00000001' : '00000000'), // another computer
    `.${randomUUID()}.tmp`, // of an earlier version, or of another program
    `${nameOf(dead)}.txt`,
    `x${nameOf(dead)}`,
    'report.html.tmp',
  ];
  for (const name of [...left.slice(1), young, ...stay]) writeFileSync(join(folder, name), 'half');
  mkdirSync(join(folder, left[0]!, 'class a'), { recursive: true }); // of an export as a copy
  const old = new Date(Date.now() - 2 * HOUR_MS);
  for (const name of [...left, ...stay]) utimesSync(join(folder, name), old, old);
  const outputs = new OutputPaths({ workspace, datasetWithImage: () => null });

  outputs.check(join(folder, 'report.html'), { replace: false });
  expect(readdirSync(folder).sort()).toEqual([young, ...stay].sort());
  outputs.check(join(folder, 'no such folder', 'report.html'), { replace: false });
});

test.skipIf(process.platform === 'win32')('temporary links are deleted like files, dangling ones too, and never what they point to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  const elsewhere = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  writeFileSync(join(elsewhere, 'mine.txt'), 'mine');
  const names = [nameOf(dead), nameOf(dead), nameOf(dead)].sort();
  const [first, second, third] = names.map((name) => join(folder, name));
  symlinkSync(join(folder, 'no such file'), first!);
  symlinkSync(elsewhere, second!);
  writeFileSync(third!, 'half');
  const old = new Date(Date.now() - 2 * HOUR_MS);
  utimesSync(third!, old, old);
  for (const link of [first!, second!]) lutimesSync(link, old, old);
  new OutputPaths({ workspace: elsewhere, datasetWithImage: () => null }).check(join(folder, 'report.html'), { replace: false });
  expect(readdirSync(folder)).toEqual([]);
  expect(readdirSync(elsewhere)).toEqual(['mine.txt']);
});

/** An ISO base media file: its first box, with brands. */
const iso = (...brands: string[]): string =>
  `\0\0\0${String.fromCharCode(16 + 4 * (brands.length - 1))}ftyp${brands[0]!}\0\0\0\0${brands.slice(1).join('')}`;
const BMP = `BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0`;

/** The beginning of a file of each format, under a name that does not say so. */
const IMAGES: [string, string][] = [
  ['JPEG', '\xff\xd8\xff\xe0'],
  ['PNG', '\x89PNG\r\n\x1a\n'],
  ['GIF', 'GIF89a'],
  ['WebP', 'RIFF\x10\0\0\0WEBP'],
  ['TIFF, DNG, NEF, CR2, ARW', 'II*\0'],
  ['BigTIFF', 'MM\0+'],
  ['AVIF', iso('avif')],
  ['HEIC', iso('heic', 'mif1')],
  ['HEIF with a general brand', iso('mif1', 'heic')],
  ['HEIC sequence', iso('hevc')],
  ['AVC in HEIF', iso('avci')],
  ['CR3', iso('crx ')],
  ['BMP', BMP],
  ['BMP of OS/2', 'BM\x1a\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0'],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg">'],
  ['SVG in UTF-16', '\xff\xfe<\0s\0v\0g\0 \0/\0>\0'],
  ['SVG after a long comment', `<!-- ${'drawn '.repeat(2000)} -->\n<svg/>`],
  [
    'SVG after a declaration, a comment and a type',
    '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n<svg>',
  ],
  ['PSD', '8BPS\0\x01'],
  ['JPEG XL, bare', '\xff\x0a\xfa\x1f\x41\x91\x08'],
  ['JPEG XL, boxed', '\0\0\0\x0cJXL \r\n\x87\n'],
  ['JPEG 2000, boxed', '\0\0\0\x0cjP  \r\n\x87\n'],
  ['JPEG 2000, bare', '\xff\x4f\xff\x51'],
  ['JPEG XR', 'II\xbc\x01'],
  ['PBM', 'P1\n# drawn\n4 4\n'],
  ['PGM', 'P5 4 4 255\n'],
  ['PAM', 'P7\nWIDTH 4\n'],
  ['PFM', 'PF\n4 4\n'],
  ['ICO', '\0\0\x01\0\x02\0\x10\x10'],
  ['ICNS', 'icns\0\0'],
  ['DDS', 'DDS \x7c\0\0\0'],
  ['OpenEXR', 'v/1\x01'],
  ['Radiance', '#?RADIANCE\n'],
  ['QOI', 'qoif'],
  ['PCX', '\x0a\x05\x01\x08'],
  ['XCF', 'gimp xcf v011'],
  ['FITS', 'SIMPLE  =                    T'],
  ['DICOM', `${'\0'.repeat(128)}DICM`],
  ['Truevision TGA, by its end', `${'\0'.repeat(40)}TRUEVISION-XFILE.\0`],
  ['ORF', 'IIRO\x08\0\0\0'],
  ['RW2', 'IIU\0\x18\0\0\0'],
  ['CRW', 'II\x1a\0\0\0HEAPCCDR'],
  ['RAF', 'FUJIFILMCCD-RAW 0201'],
  ['MRW', '\0MRM'],
  ['X3F', 'FOVb'],
  ['IIQ', 'IIIITwaR'],
  ['CZI', 'ZISRAWFILE'],
];

/** Beginnings of files that a report or a network may replace. */
const OTHERS: [string, string][] = [
  ['page', '<!doctype html><html><svg></svg>'],
  ['XML', '<?xml version="1.0"?><records><svg/></records>'],
  ['XML of many comments', `${'<!---->'.repeat(500)}<records/>`],
  ['PDF', '%PDF-1.7'],
  ['text', 'BM 12 and II were seen. P5 is a pair.'],
  ['table', 'P5,1,2\n'],
  ['archive', 'PK\x03\x04'],
  ['network (ONNX)', '\x08\x08\x12\x08twinlens'],
  ['network (safetensors)', '\xff\x0a\0\0\0\0\0\0{"a":1}'],
  ['network (safetensors) with a long header', '\0\0\x01\0\0\0\0\0{"a":1}'],
  ['video', iso('isom', 'mp42')],
  ['nothing', ''],
];

/** Whether a report may replace an existing file of this name and content. */
function isReplaced(name: string, content: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  const file = join(folder, name);
  writeFileSync(file, content, 'latin1');
  const outputs = new OutputPaths({ workspace: mkdtempSync(join(tmpdir(), 'twinlens outputs workspace ')), datasetWithImage: () => null });
  try {
    outputs.check(file, { replace: true });
    return true;
  } catch (error) {
    expect((error as Error).message).toMatch(/is an image\. Images are never overwritten/);
    return false;
  }
}

test('an image that no data set has is not replaced either, whatever its name', () => {
  expect(IMAGES.filter(([, content]) => isReplaced('report', content)).map(([format]) => format)).toEqual([]);
  expect(IMAGES.filter(([, content]) => isReplaced('report.html', content)).map(([format]) => format)).toEqual([]);
  expect(OTHERS.filter(([, content]) => !isReplaced('report', content)).map(([kind]) => kind)).toEqual([]);
});

test('a file with the ending of an image is not replaced, whatever it contains', () => {
  const endings =
    'JPG jpeg jfif png gif webp tif tiff avif heic HEIF hif bmp dib svg svgz psd psb jxl jp2 j2k jxr wdp ico tga pcx dds exr hdr qoi pbm pgm ppm pam xcf kra eps fits dcm dng cr2 CR3 crw nef nrw arw srf sr2 orf rw2 rwl raf pef dcr kdc mrw x3f 3fr fff iiq mef mos erf srw gpr raw svs ndpi czi';
  expect(endings.split(' ').filter((ending) => isReplaced(`photo.${ending}`, 'text'))).toEqual([]);
  expect(['html', 'pdf', 'onnx', 'safetensors', 'csv', 'json', 'zip', 'txt'].filter((ending) => !isReplaced(`report.${ending}`, 'text'))).toEqual([]);
});

test('an output that is an image itself replaces an earlier one, but no image of a data set', () => {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens outputs workspace '));
  const [earlier, imported] = [join(folder, 'a-factual.png'), join(folder, 'a-photo.jpg')];
  for (const file of [earlier, imported]) writeFileSync(file, 'image');
  const outputs = new OutputPaths({ workspace, datasetWithImage: (path) => (basename(path) === 'a-photo.jpg' ? 'Shells' : null) });
  outputs.check(earlier, { replace: true, isImage: true });
  expect(() => outputs.check(earlier, { replace: false, isImage: true })).toThrow(/exists\. Choose another name, or replace it/);
  expect(() => outputs.check(imported, { replace: true, isImage: true })).toThrow(/is an image of the data set/);
});

test.skipIf(process.platform === 'win32')('a device is not replaced', () => {
  const outputs = new OutputPaths({ workspace: mkdtempSync(join(tmpdir(), 'twinlens outputs workspace ')), datasetWithImage: () => null });
  expect(() => outputs.check('/dev/null', { replace: true })).toThrow(/is a device or a pipe/);
});

test('a temporary file is named after its owner', () => {
  expect(basename(temporaryPath('/photos/report.html'))).toMatch(new RegExp(`^\\.twinlens-${host}-${process.pid}-[0-9a-f-]{36}\\.tmp$`));
});
