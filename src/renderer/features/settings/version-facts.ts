import type { AppInfo } from '../../../shared/workbench.ts';

/** Citation of the method. */
export const citationText =
  'I. E. Livieris, E. Pintelas, N. Kiriakidou, P. Pintelas: “Explainable Image Similarity: Integrating Siamese Networks and Grad-CAM”. Journal of Imaging 2023, 9(10), 224. https://doi.org/10.3390/jimaging9100224';

const NAMES: Record<string, string> = {
  twinlens: 'Twinlens',
  node: 'Node.js',
  onnxruntime: 'ONNX Runtime',
  tfjs: 'TensorFlow.js',
  sharp: 'sharp',
  system: 'System',
  electron: 'Electron',
};

const DOORS = { electron: 'the desktop window', web: 'a browser', 'in-process': 'a test' } as const satisfies Record<AppInfo['door'], string>;

/** Versions and paths for a bug report. */
export function versionFacts(info: AppInfo): { name: string; value: string }[] {
  return [
    ...Object.entries(info.versions).map(([key, value]) => ({ name: NAMES[key] ?? key, value })),
    { name: 'Opened in', value: DOORS[info.door] },
    { name: 'Workspace', value: info.workspace },
  ];
}
