import type { BackboneName } from './backbones.ts';

/** Weights that can be downloaded by their id. */
export interface CatalogueItem {
  id: string;
  backbone: BackboneName;
  title: string;
  about: string; // sentences
  bytes: number | null; // to download; null if the host does not say
  host: string; // that they are downloaded from
  licence: string; // SPDX
  licenceUrl: string;
  downloaded: boolean;
}
