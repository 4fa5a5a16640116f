import { FolderSearches } from './folder-searches.ts';
import { ImageJudgements } from './judgements.ts';
import type { SimilarPorts } from './ports.ts';
import { SimilarImages } from './similar-images.ts';

/** Search for images, and a person's judgements on what was found. */
export interface Similar {
  images: SimilarImages;
  searches: FolderSearches;
  judgements: ImageJudgements;
  ports: SimilarPorts;
}

/** `announce`: called after judgements of a data set changed. */
export function openSimilar(ports: SimilarPorts, announce: (dataset: string) => void = () => undefined): Similar {
  const images = new SimilarImages(ports);
  return { images, searches: new FolderSearches(ports, images), judgements: new ImageJudgements({ ...ports, announce }), ports };
}
