import type { Job } from '../../../shared/job.ts';
import type { RouteParams, ViewName } from '../../client/route-hash.ts';

export interface JobLink {
  text: string; // of the link
  view: ViewName;
  params: RouteParams;
}

/** The route to a job's result or subject; null without one. */
export function jobLink(job: Job): JobLink | null {
  const { run, experiment, dataset, report, comparison, encoders, embeddings, imageMap, labels, search } = job.result ?? {};
  if (experiment) return { text: 'Show experiment', view: 'train', params: { experiment } };
  if (run) return { text: 'Show run', view: 'train', params: { run } };
  if (dataset) return { text: 'Show images', view: 'images', params: {} };
  if (report) return { text: 'Show report', view: 'reports', params: { report } };
  if (search) return { text: 'Show search', view: 'explore', params: { tab: 'similar', mode: 'folder', search } };
  if (embeddings) return { text: 'Show analysis', view: 'explore', params: { dataset: embeddings } };
  if (imageMap) return { text: 'Show map', view: 'explore', params: { dataset: imageMap, tab: 'map' } };
  if (labels) return { text: 'Show labels', view: 'explore', params: { dataset: labels, tab: 'labels' } };
  if (encoders) return { text: 'Show encoders', view: 'train', params: { new: '1', encoders: '1' } };
  if (comparison) return { text: 'Show comparison', view: 'compare', params: { c: comparison } };
  if (job.status === 'done' && job.kind !== 'doctor' && job.kind !== 'fetch' && job.kind !== 'add-model') return null;
  switch (job.kind) {
    case 'train':
    case 'evaluate':
    case 'randomise':
    case 'structure':
    case 'encoders':
      return { text: 'Show training', view: 'train', params: {} };
    case 'embed':
    case 'search':
      return { text: 'Show analysis', view: 'explore', params: job.subject === null ? {} : { dataset: job.subject } };
    case 'image-map':
      return { text: 'Show map', view: 'explore', params: { tab: 'map', ...(job.subject === null ? {} : { dataset: job.subject }) } };
    case 'labels':
      return { text: 'Show labels', view: 'explore', params: job.subject === null ? { tab: 'labels' } : { dataset: job.subject, tab: 'labels' } };
    case 'report':
      return { text: 'Show reports', view: 'reports', params: {} };
    case 'doctor':
      return { text: 'Show devices', view: 'settings', params: { section: 'device' } };
    case 'fetch':
    case 'add-model':
      return { text: 'Show models', view: 'settings', params: { section: 'models' } };
    case 'import':
    case 'sample':
      return { text: 'Show images', view: 'images', params: {} };
    case 'rank':
    case 'maps':
    case 'check':
    case 'examples':
    case 'flip':
      return { text: 'Show pairs', view: 'compare', params: {} };
    case 'export':
      return null;
    default:
      return job.kind satisfies never;
  }
}

/** Announcement for screen readers when a job ends. */
export function jobEndText(job: Job): string {
  switch (job.status) {
    case 'done':
      return `${job.title}: done.`;
    case 'failed':
      return `${job.title} failed. ${job.error?.message ?? ''}`;
    case 'cancelled':
      return `${job.title}: cancelled.`;
    case 'running':
      return '';
    default:
      return job.status satisfies never;
  }
}
