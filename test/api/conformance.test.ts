import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WorkbenchApi } from '../../src/main/api/workbench-api.ts';
import type { Changed } from '../../src/shared/events.ts';
import { AppError } from '../../src/shared/errors.ts';
import type { Job } from '../../src/shared/job.ts';
import { makePng } from '../features/dataset/png-files.ts';
import { writeAt } from '../doors/cli/kit.ts';
import { type Door, DOORS, temporaryWorkbench } from './doors.ts';

/** What every door must do alike, over one real workbench. */

const HOSTILE = [
  '<img src=x onerror=alert(1)>.png',
  `"quoted" & 'quoted'.png`,
  'per%2Fcent%00 #hash?query.png',
  'שלום\u202egpj.png',
  'two\nlines.png',
  '..png',
  `${'long'.repeat(49)}.png`,
];

const { workbench, workbenchApi, folder } = temporaryWorkbench();
/** Values of a diverged training, as events carry them. */
const DIVERGED = { loss: Number.NaN, high: Number.POSITIVE_INFINITY, low: Number.NEGATIVE_INFINITY, zero: -0, none: null, list: [1, Number.NaN] };
const cancelled: string[] = [];

/** The workbench with two calls replaced: one runs until it is cancelled, one answers with values that JSON lacks. */
const instrumented: WorkbenchApi = {
  ...workbenchApi,
  call: async (name, input, signal) => {
    if (name === 'app.licences') return { ok: true, value: DIVERGED };
    if (name !== 'datasets.preview') return workbenchApi.call(name, input, signal);
    await new Promise((done) => signal!.addEventListener('abort', done, { once: true }));
    cancelled.push(name);
    return { ok: false, error: { code: 'cancelled', message: 'Cancelled.', details: {} } };
  },
};

const failure = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

describe.each(Object.entries(DOORS))('%s', (title, open) => {
  let door: Door;
  let dataset: string;
  const jobs: Job[] = [];
  const changes: Changed[] = [];

  beforeAll(async () => {
    door = await open(instrumented);
    door.api.on('job', (job) => jobs.push(job));
    door.api.on('changed', (changed) => changes.push(changed));
    const root = join(folder, title.replaceAll(' ', '-'));
    const classes = ['<b>one<b>', 'two\u202eowt'];
    for (const [i, name] of classes.entries())
      for (const [k, file] of HOSTILE.entries()) writeAt(join(root, name, file), makePng(`${title} ${i} ${k}`, 8, 8));
    const job = await door.api.call('datasets.import', { folder: root, name: '</script>' });
    expect(job).toMatchObject({ kind: 'import', status: 'running' });
    await vi.waitUntil(() => jobs.findLast((one) => one.job === job.job)?.status === 'done', { timeout: 20_000 });
    dataset = jobs.findLast((one) => one.job === job.job)!.result!['dataset']!;
  });
  afterAll(() => door.close());

  it('answers a call with its whole result', async () => {
    const info = await door.api.call('app.info', {});
    expect(info).toMatchObject({ door: 'in-process', platform: process.platform, workspace: workbench.workspace.folder });
    expect(info).toEqual(((await workbenchApi.call('app.info', {})) as { value: unknown }).value);
  });

  it('refuses unknown calls, also names that every object inherits', async () => {
    for (const name of ['app.quit', 'constructor', '__proto__', '', '../events'])
      expect(await failure(door.api.call(name as 'app.info', {}))).toMatchObject({ code: 'usage' });
  });

  it('refuses input that breaks the contract, and names the field', async () => {
    const wrong = await failure(door.api.call('runs.start', { dataset: 'd1', epochs: 0.5 }));
    expect(wrong).toMatchObject({ code: 'usage', message: 'epochs must be a whole number.', details: { call: 'runs.start', field: 'epochs' } });
    expect(await failure(door.api.call('runs.start', { dataset: 'd1', lr: Number.NaN }))).toMatchObject({ details: { field: 'lr' } });
    expect(await failure(door.api.call('app.info', { more: 1 } as never))).toMatchObject({ code: 'usage' });
  });

  it('keeps code, sentence and details of an error', async () => {
    const inside = await workbenchApi.call('datasets.get', { dataset: 'none' });
    const { code, message, details } = await failure(door.api.call('datasets.get', { dataset: 'none' }));
    expect({ ok: false, error: { code, message, details } }).toEqual(inside);
    expect(code).toBe('not-found');
  });

  it('logs an error of the screen and names the log', async () => {
    const { log } = await door.api.call('app.logError', { trace: `Error: planted by ${title}\n    at draw (View.svelte:3:7)` });
    expect(readFileSync(log!, 'utf8')).toContain(`Error: planted by ${title}`);
    expect(await failure(door.api.call('app.logError', { trace: 'x'.repeat(50_001) }))).toMatchObject({ code: 'usage' });
  });

  it('keeps NaN, infinities and -0, which JSON lacks', async () => {
    expect(await door.api.call('app.licences', {})).toEqual(DIVERGED);
  });

  it('cancels the work behind a call, and answers the caller at once', async () => {
    const before = cancelled.length;
    const controller = new AbortController();
    const waiting = failure(door.api.call('datasets.preview', { folder }, { signal: controller.signal }));
    await new Promise((done) => setTimeout(done, 100));
    expect(cancelled).toHaveLength(before);
    controller.abort();
    expect(await waiting).toMatchObject({ code: 'cancelled' });
    await expect.poll(() => cancelled.length).toBe(before + 1);
    expect(await failure(door.api.call('app.info', {}, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'cancelled' });
  });

  it('announces each job as a whole, and each change', () => {
    const [first] = jobs;
    expect(Object.keys(first!).sort()).toEqual(Object.keys(workbench.jobs.list()[0]!).sort());
    expect(jobs.at(-1)).toEqual(workbench.jobs.list().find((job) => job.job === jobs.at(-1)!.job));
    expect(changes).toContainEqual({ what: 'datasets', id: dataset });
  });

  it('announces nothing to a removed listener', async () => {
    let heard = 0;
    const off = door.api.on('changed', () => heard++);
    const count = changes.length;
    workbench.hub.changed('settings');
    await expect.poll(() => changes.length).toBe(count + 1);
    expect(heard).toBe(1);
    off();
    workbench.hub.changed('settings');
    await expect.poll(() => changes.length).toBe(count + 2);
    expect(heard).toBe(1);
  });

  it('keeps hostile names unchanged', async () => {
    const summary = await door.api.call('datasets.get', { dataset });
    expect(summary.name).toBe('</script>');
    expect(Object.keys(summary.classes).sort()).toEqual(['<b>one<b>', 'two\u202eowt']);
    const { ids } = await door.api.call('images.find', { dataset });
    const rows = await door.api.call('images.rows', { dataset, ids: [...ids] });
    expect(new Set(rows.map((row) => row.file.split('/').at(-1)))).toEqual(new Set(HOSTILE.filter((name) => !name.startsWith('.')))); // hidden files are no images
  });

  it('serves a thumbnail: whole, a byte range, and 304 for a known ETag', async () => {
    const { ids } = await door.api.call('images.find', { dataset });
    const path = `thumb/${dataset}/${ids[0]!}` as const;
    expect(door.api.media(path)).toBe(`media/${path}`);
    const whole = await door.media(path);
    expect(whole.status).toBe(200);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'cache-control': expect.stringContaining('immutable') as string,
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    });
    const bytes = await whole.bytes();
    expect([...bytes.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    const part = await door.media(path, { range: 'bytes=2-4' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 2-4/${bytes.length}`]);
    expect(await part.bytes()).toEqual(bytes.subarray(2, 5));
    expect((await door.media(path, { range: `bytes=${bytes.length}-` })).status).toBe(416);
    expect((await door.media(path, { 'if-none-match': whole.headers.get('etag')! })).status).toBe(304);
  });

  it.each([
    'file/%2Fetc%2Fpasswd',
    'file/..%2F..%2Fetc%2Fpasswd',
    'file/%2Fnowhere%2Fimage.png',
    'comparison/../a-photo.jpg',
    'comparison/%2E%2E/a-photo.jpg',
    'comparison/..%2F..%2Fx/a-photo.jpg',
    'comparison/c1/../../twinlens.sqlite',
    'export/..%2Ftwinlens.sqlite',
    'export/..%5Ctwinlens.sqlite',
    'export/%2Fetc%2Fpasswd',
    'export/',
    'report/..%2Fx.html',
    'thumb/%00/0',
    'thumb/x/..',
    'thumb/x/9999999999999999',
    '%zz',
    '',
  ])('has no image at %s', async (path) => {
    const answer = await door.media(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toMatch(/root:|SQLite/);
  });

  it.skipIf(process.platform === 'win32')('does not follow a link out of the workspace', async () => {
    mkdirSync(workbench.workspace.exports, { recursive: true });
    writeFileSync(join(workbench.workspace.exports, 'mine.csv'), 'a,b');
    const link = join(workbench.workspace.exports, 'passwords.csv');
    if (!existsSync(link)) symlinkSync('/etc/passwd', link);
    expect(await (await door.media('export/mine.csv')).text()).toBe('a,b');
    expect((await door.media('export/passwords.csv')).status).toBe(404);
  });

  it('serves only images that the user chose', async () => {
    const secret = join(folder, `secret of ${title}.png`);
    writeFileSync(secret, makePng('secret', 16, 9));
    const shown = async (): Promise<number> => (await door.media(`file/${encodeURIComponent(secret)}`)).status;
    expect(await shown()).toBe(404);
    await door.api.call('files.choose', { file: secret });
    expect(await shown()).toBe(200);
  });

  it('stores a logo, returns it as an image, and refuses what is none', async () => {
    const file = makePng(title, 12, 5).toString('base64');
    const added = await door.api.call('reports.addLogo', { file });
    expect(added.logo).toMatch(/^[0-9a-f]{64}$/);
    const [, png] = /^data:image\/png;base64,([A-Za-z0-9+/]+=*)$/.exec(added.image)!;
    const bytes = Buffer.from(png!, 'base64');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(added.logo);
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([12, 5]); // width and height
    expect(await door.api.call('reports.logo', { logo: added.logo })).toEqual(added);

    const text = Buffer.from('no drawing').toString('base64');
    expect(await failure(door.api.call('reports.addLogo', { file: text }))).toMatchObject({
      code: 'bad-image',
      message: expect.stringMatching(/^The logo/) as string,
    });
    expect(await failure(door.api.call('reports.addLogo', { file: '%' }))).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^file /) as string,
    });
    const unknown = 'f'.repeat(64);
    expect(await failure(door.api.call('reports.logo', { logo: unknown }))).toMatchObject({
      code: 'not-found',
      message: 'The logo is no longer in the workspace. Choose it again.',
    });
  });

  it('proposes the last logo of a report for the next one', async () => {
    const content = { introduction: '', comparisons: [] };
    const { report } = await door.api.call('reports.save', { ...content, title: 'First' });
    const { logo } = await door.api.call('reports.addLogo', { file: makePng(`of ${title}`, 6, 6).toString('base64') });
    await door.api.call('reports.save', { ...content, title: 'First', report, logo });
    expect((await door.api.call('reports.save', { ...content, title: 'Second' })).logo).toBe(logo);
    await door.api.call('reports.save', { ...content, title: 'First', report, logo: null });
    expect((await door.api.call('reports.save', { ...content, title: 'Third' })).logo).toBeNull();
  });

  it('uploads a file to the computer running Twinlens, under any name', async () => {
    const bytes = new Uint8Array(makePng('uploaded', 16, 9));
    for (const name of [...HOSTILE, '../../up.png', '']) {
      const path = await door.api.fileFor(new File([bytes], name));
      expect(path.startsWith(workbench.workspace.folder)).toBe(true);
      expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    }
    const group = crypto.randomUUID();
    const model = [await door.api.fileFor(new File(['{}'], 'model.json'), group), await door.api.fileFor(new File(['0'], 'weights.bin'), group)];
    expect(model.map((file) => basename(file))).toEqual(['model.json', 'weights.bin']);
    expect(new Set(model.map((file) => dirname(file))).size).toBe(1);
    const path = await door.api.fileFor(new File([bytes], 'an image.png'));
    const shown = await door.media(`file/${encodeURIComponent(path)}`);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  });
});
