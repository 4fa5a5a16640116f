import { AppError, asAppError } from '../../../shared/errors.ts';
import { countText } from '../../../shared/format.ts';
import { toast } from '../toasts.svelte.ts';

/** Reports failed actions of one series in one message, with the number of later ones that were dropped. */
export function reportFailures(topic: string): (error: unknown, dropped: number) => void {
  const sentences = new Set<string>();
  let [failures, later] = [0, 0];
  return (error, dropped) => {
    const { code, message, details } = asAppError(error);
    sentences.add(message);
    failures += 1;
    later += dropped;
    const parts = [...sentences];
    if (failures > 1) parts.push(`${countText(failures)} actions failed.`);
    if (later > 0)
      parts.push(
        later === 1
          ? '1 later action depended on the failed one and was not carried out.'
          : `${countText(later)} later actions depended on the failed one and were not carried out.`,
      );
    toast.error(new AppError(code, parts.join(' '), details, error), null, `${topic}-failed`);
  };
}
