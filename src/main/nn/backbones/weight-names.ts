/** The order of a stored tensor's axes: [out, in/groups, kh, kw] as Twinlens and PyTorch have it, or one of Keras' two. */
export type AxisOrder = 'OIHW' | 'HWIO' | 'HWC1';

export interface TranslatedName {
  name: string; // the backbone's own
  axes: AxisOrder;
}

/** How another program names a backbone's parameters in the files it writes. */
export interface ForeignNames {
  program: 'keras' | 'timm';
  /** Whether a file with these tensor names was written by it. */
  areUsedIn(names: readonly string[]): boolean;
  /** Null for a name that the backbone has no parameter for. */
  translate(name: string): TranslatedName | null;
}

/** Shapes of a file's tensors by the backbone's own parameter names, in OIHW. */
export type StoredShapes = ReadonlyMap<string, { shape: readonly number[] }>;
