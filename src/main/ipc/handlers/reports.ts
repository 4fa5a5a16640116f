import type { HandlersFor } from '../handler-types.ts';
import { pending } from './pending.ts';

export const reportHandlers: HandlersFor<'reports'> = {
  'reports.list': pending,
  'reports.get': pending,
  'reports.save': pending,
  'reports.preview': pending,
  'reports.write': pending,
  'reports.remove': pending,
  'reports.restore': pending,
};
