import { type AppError, asAppError } from '../../../../shared/errors.ts';
import type { Stroke, WhatIfAnswer } from '../../../../shared/what-if.ts';
import { api } from '../../../client/api.ts';

export interface Question {
  comparison: string;
  strokes: readonly Stroke[];
}

/** The network's answer to an edit that keeps changing. One request at a time; meanwhile only the newest edit waits. */
export class LiveAnswer {
  /** The newest answer, and what was asked. */
  latest = $state.raw<(Question & { answer: WhatIfAnswer }) | null>(null);
  error = $state.raw<AppError | null>(null);
  working = $state(false);
  private comparison: string | null = null; // on the screen
  private next: Question | null = null;

  ask(question: Question): void {
    this.comparison = question.comparison;
    this.next = question;
    if (!this.working) void this.work();
  }

  /** Forgets the answer: another pair is shown. The answer to a request in progress is ignored. */
  clear(): void {
    this.comparison = this.next = this.latest = this.error = null;
  }

  private async work(): Promise<void> {
    this.working = true;
    while (this.next !== null) {
      const asked: Question = this.next;
      this.next = null;
      try {
        const answer = await answerTo(asked);
        if (this.comparison !== asked.comparison) continue;
        this.latest = { ...asked, answer };
        this.error = null;
      } catch (error) {
        if (this.comparison === asked.comparison && this.next === null) this.error = asAppError(error);
      }
    }
    this.working = false;
  }
}

/** Asks again once if the compute process has ended: the next request starts it, and asking changes nothing. */
async function answerTo({ comparison, strokes }: Question): Promise<WhatIfAnswer> {
  const input = { comparison, strokes: [...strokes] };
  try {
    return await api.call('whatIfs.answer', input);
  } catch (error) {
    if (asAppError(error).code !== 'compute-lost') throw error;
    return await api.call('whatIfs.answer', input);
  }
}
