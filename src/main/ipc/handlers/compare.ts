import type { HandlersFor } from '../handler-types.ts';
import { pending } from './pending.ts';

export const compareHandlers: HandlersFor<'compare'> = {
  'compare.explain': pending,
  'compare.maps': pending,
  'compare.queue': pending,
  'compare.list': pending,
  'compare.get': pending,
  'compare.annotate': pending,
  'compare.remove': pending,
  'compare.restore': pending,
};
