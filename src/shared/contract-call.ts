import type { z } from 'zod';

/** A call of the contract: the schema of its input, and the type of its result. */
export interface Call<I extends z.ZodType, O> {
  input: I;
  /** Whether the call waits for edited data sets; see curatedCall. */
  curated: boolean;
  /** For types only: results are not parsed. */
  output?: O;
}
/** A call that does not depend on the pairs or on the summary of a data set. It runs at once. */
export const call =
  <O>() =>
  <I extends z.ZodType>(input: I): Call<I, O> => ({ input, curated: false });
/**
 * A call whose result depends on the pairs or on the summary of a data set, such as its snapshot. A thread samples the pairs of a
 * large data set again after an edit; the call waits until that is finished.
 */
export const curatedCall =
  <O>() =>
  <I extends z.ZodType>(input: I): Call<I, O> => ({ input, curated: true });
