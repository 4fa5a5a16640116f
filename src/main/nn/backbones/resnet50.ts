import { residualNetwork } from './families/residual.ts';

/** He et al. 2016, table 1, 50 layers. */
export const resNet50 = residualNetwork({ block: 'bottleneck', depths: [3, 4, 6, 3] });
