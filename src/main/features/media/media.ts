import { existsSync, realpathSync } from 'node:fs';
import { basename, isAbsolute, join, sep } from 'node:path';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { PICTURE_NAME } from '../../../shared/flip.ts';
import type { ReportFormat } from '../../../shared/report.ts';
import { isFolder } from '../../foundation/files.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { mimeOf } from '../../foundation/mime.ts';
import type { Workspace } from '../../foundation/workspace.ts';
import type { FileAccess } from './file-access.ts';
import type { PreviewService, PreviewSize } from './preview-service.ts';

export interface MediaFile {
  path: string; // absolute
  type: string; // MIME
  /** The content under this address never changes, so a browser may cache it forever. */
  immutable: boolean;
}

/** Of a comparison's folder. The pictures of a flip test have names of their own: PICTURE_NAME. */
const COMPARISON_FILE = /^[ab]-(?:photo\.jpg|factual\.png|counterfactual\.png|signed\.npy)$/;

export interface MediaPorts {
  workspace: Pick<Workspace, 'folder' | 'comparison' | 'exports'>;
  previews: Pick<PreviewService, 'imagePreview' | 'filePreview'>;
  access: Pick<FileAccess, 'allows'>;
  rootOf(dataset: string): string;
  /** Throws AppError 'not-found' for an unknown image. */
  imageOf(dataset: string, id: number): { file: string; sha256: string; sampleBits: number | null };
  /** Draws the overlay files of a stored comparison if one is missing or damaged. */
  drawOverlays(comparison: string): Promise<unknown>;
  /** Draws the pictures of a comparison's flip test if one is missing or damaged. */
  drawFlip(comparison: string): Promise<unknown>;
  /** The file that a report was last written to. Throws AppError 'not-found'. */
  reportFile(report: string, format: ReportFormat): string;
}

/** Resolves media addresses (MediaPath) to files. */
export class Media {
  private readonly ports: MediaPorts;

  constructor(ports: MediaPorts) {
    this.ports = ports;
  }

  /**
   * The file for a MediaPath. All parts come from a URL, so ids are looked up and never joined to a path. For the user's own
   * files it is a preview, so that only images can be read. Throws AppError 'not-found', 'bad-image' or 'cancelled'.
   */
  async file(path: string, signal?: AbortSignal): Promise<MediaFile> {
    const { workspace, access, previews, reportFile } = this.ports;
    const [kind, first = '', second = ''] = partsOf(path);
    switch (kind) {
      case 'thumb':
      case 'image':
        return mediaFile(await this.imagePreview(first, second, kind, signal), true);
      case 'file':
        if (!isAbsolute(first) || !(await access.allows(first))) break;
        return mediaFile(await previews.filePreview(first, 'image', signal), false);
      case 'comparison':
        if (COMPARISON_FILE.test(second) || PICTURE_NAME.test(second)) return this.comparisonFile(first, second);
        break;
      case 'report': {
        const [, id, format] = /^(\w+)\.(html|pdf)$/.exec(first) ?? [];
        if (id === undefined) break;
        return mediaFile(reportFile(id, format as ReportFormat), false);
      }
      case 'export':
        if (first !== '' && !first.startsWith('.') && basename(first) === first) return this.inWorkspace(join(workspace.exports, first), false);
        break;
      default:
    }
    throw notFound(path);
  }

  /** The reason, as a sentence, why an image of a data set can't be shown; null if it can. */
  async problemOf(dataset: string, id: number, signal?: AbortSignal): Promise<string | null> {
    const root = this.ports.rootOf(dataset);
    const { file, ...content } = this.ports.imageOf(dataset, id);
    if (!(await isFolder(root))) return `The folder of this data set, ${root}, was not found.`;
    try {
      await this.ports.previews.imagePreview(absoluteFile(root, file), content, 'thumb', signal);
      return null;
    } catch (error) {
      return asAppError(error).message;
    }
  }

  /** Draws a missing or damaged overlay or picture of a flip test first: overlays are drawn when first needed. */
  private async comparisonFile(id: string, name: string): Promise<MediaFile> {
    const path = join(this.ports.workspace.comparison(id), name);
    if (PICTURE_NAME.test(name)) await this.ports.drawFlip(id);
    else if (name.endsWith('.png')) await this.ports.drawOverlays(id);
    return this.inWorkspace(path, true);
  }

  private imagePreview(dataset: string, id: string, size: PreviewSize, signal?: AbortSignal): Promise<string> {
    if (!/^\d{1,9}$/.test(id)) throw notFound(`${dataset}/${id}`);
    const root = this.ports.rootOf(dataset);
    const { file, ...content } = this.ports.imageOf(dataset, Number(id));
    return this.ports.previews.imagePreview(absoluteFile(root, file), content, size, signal);
  }

  /** A file of the workspace. Throws 'not-found' for a link that leads out of it. */
  private inWorkspace(path: string, immutable: boolean): MediaFile {
    const file = mediaFile(path, immutable);
    if (!realpathSync(path).startsWith(realpathSync(this.ports.workspace.folder) + sep)) throw notFound(path);
    return file;
  }
}

function partsOf(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    throw notFound(path); // invalid percent-encoding, such as %zz
  }
}

function mediaFile(path: string, immutable: boolean): MediaFile {
  if (!existsSync(path)) throw notFound(path);
  return { path, type: mimeOf(path), immutable };
}

const notFound = (path: string): AppError => new AppError('not-found', 'File not found.', { path });
