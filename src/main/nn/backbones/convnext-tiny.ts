import { convNeXt } from './families/convnext.ts';

/** Liu et al. 2022, ConvNeXt-T. */
export const convNeXtTiny = convNeXt({ depths: [3, 3, 9, 3], widths: [96, 192, 384, 768] });
