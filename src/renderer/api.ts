import type { Api } from '../shared/contract.ts';

/** The one way from the screen to the work. */
export const api: Api = {
  call: () => Promise.reject(new Error('No door is built yet.')),
  on: () => () => undefined,
  media: (path) => path,
  fileFor: () => Promise.reject(new Error('No door is built yet.')),
};
