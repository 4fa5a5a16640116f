import type { DeviceName } from '../../../shared/run.ts';
import type { Program } from '../ir/program.ts';
import { rewrite } from './rewrite.ts';

/** Writes what ONNX on this device has no operator for in operations that it has, until every instruction is one operator. */
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
