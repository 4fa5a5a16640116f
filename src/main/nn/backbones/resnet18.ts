import { residualNetwork } from './families/residual.ts';

/** He et al. 2016, table 1, 18 layers. */
export const resNet18 = residualNetwork({ block: 'basic', depths: [2, 2, 2, 2] });
