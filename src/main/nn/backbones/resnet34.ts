import { residualNetwork } from './families/residual.ts';

/** He et al. 2016, table 1, 34 layers. */
export const resNet34 = residualNetwork({ block: 'basic', depths: [3, 4, 6, 3] });
