import type { BackboneName } from './backbones.ts';

/** Weights that can be fetched by name. */
export interface CatalogueItem {
  id: string;
  backbone: BackboneName;
  title: string;
  about: string; // sentences
  bytes: number | null; // to download; null where the host does not say before
  host: string; // where they come from
  licence: string; // SPDX
  licenceUrl: string;
  downloaded: boolean;
}
