/** Axis order of a stored kernel: OIHW [out, in/groups, kh, kw] in Twinlens and PyTorch, HWIO (dense) or HWC1 (depthwise) in Keras. */
export type AxisOrder = 'OIHW' | 'HWIO' | 'HWC1';

export interface TranslatedName {
  name: string; // the backbone's own
  axes: AxisOrder;
}

/** How another program names a backbone's parameters in the files it writes. */
export interface ForeignNames {
  program: 'keras' | 'timm' | 'sequential';
  /** Whether a file with these tensor names was written by this program. */
  areUsedIn(names: readonly string[]): boolean;
  /** Matches the names of all tensors inside networks of this family, of any depth; a head's never. */
  modules: RegExp;
  /** Null for a name that the backbone has no parameter for. */
  translate(name: string): TranslatedName | null;
}

/** Shapes of a file's tensors in OIHW, by the backbone's own parameter names. */
export type StoredShapes = ReadonlyMap<string, { shape: readonly number[] }>;
