import type { DeviceName } from '../../../shared/run.ts';
import type { Program } from '../ir/program.ts';
import { rewrite } from './rewrite.ts';

/** Expands instructions that ONNX has no operator for on this device, until every instruction is one operator. */
export function expand(program: Program, device: DeviceName): Program {
  let isChanged = false;
  const expanded = rewrite(program, (b, { operation, inputs, attrs }) => {
    const result = operation.expand?.(b, inputs, attrs, device);
    if (!result) return null;
    isChanged = true;
    return [result];
  });
  return isChanged ? expand(expanded, device) : program;
}
