import { asAppError } from '../../shared/errors.ts';

/** A file that a person chose, and what was found in it. Only the answer for the last chosen file is shown. */
export class InspectedFile<T> {
  path = $state('');
  found = $state.raw<T | null>(null);
  problem = $state<string | null>(null); // why it can't be used, in a sentence
  private readonly inspect: (path: string) => Promise<T>;

  constructor(inspect: (path: string) => Promise<T>) {
    this.inspect = inspect;
  }

  /** '' chooses none. */
  async choose(path: string): Promise<void> {
    this.path = path;
    this.found = null;
    this.problem = null;
    if (path === '') return;
    try {
      const found = await this.inspect(path);
      if (this.path === path) this.found = found;
    } catch (error) {
      if (this.path === path) this.problem = asAppError(error).message;
    }
  }
}
