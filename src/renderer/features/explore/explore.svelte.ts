import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import { sourceKey } from '../../../shared/embedding-source.ts';
import type { EmbeddingChoice, EmbeddingStatus } from '../../../shared/embeddings.ts';
import { asAppError } from '../../../shared/errors.ts';
import { api } from '../../client/api.ts';
import { isRecord } from '../../client/stored-choices.ts';
import { toast } from '../../client/toasts.svelte.ts';
import { viewChoices } from '../../client/view-choices.ts';

const VIEW = 'explore';

/** The chosen source of a data set's embeddings, and whether the data set is analysed with it. */
class ExploreState {
  choices = $state.raw<EmbeddingChoice[]>([]);
  status = $state.raw<EmbeddingStatus | null>(null);
  private chosen = $state<string | null>(null); // sourceKey
  /** The chosen source while it exists, else the default. */
  readonly source = $derived.by<EmbeddingSource | null>(() => {
    const found = this.choices.find(({ source }) => sourceKey(source) === this.chosen) ?? this.choices[0];
    return found?.source ?? null;
  });

  /** Loads the choices of a data set, and again when models or runs change. Returns the function that ends it. */
  followChoices(dataset: string): () => void {
    const stored = viewChoices.read(VIEW);
    this.chosen = isRecord(stored) && typeof stored['source'] === 'string' ? stored['source'] : null;
    return follow(
      () => api.call('embeddings.choices', { dataset }),
      (choices) => (this.choices = choices),
      (what) => what === 'models' || what === 'runs',
    );
  }

  /** Loads the status of a data set and a source, and again when it changes. Returns the function that ends it. */
  followStatus(dataset: string, source: EmbeddingSource): () => void {
    if (this.status?.dataset !== dataset || sourceKey(this.status.source) !== sourceKey(source)) this.status = null;
    return follow(
      () => api.call('embeddings.status', { dataset, source }),
      (status) => (this.status = status),
      (what, id) => what === 'models' || what === 'runs' || (what === 'embeddings' && id === dataset),
    );
  }

  choose(key: string): void {
    this.chosen = key;
    viewChoices.store(VIEW, { source: key });
  }

  async analyse(dataset: string): Promise<void> {
    if (this.source === null) return;
    try {
      await api.call('embeddings.start', { dataset, source: this.source });
    } catch (error) {
      toast.error(error);
    }
  }
}

/** Loads, and loads again after a change that `concerns` names. A later answer is never replaced by an earlier one. */
function follow<T>(load: () => Promise<T>, set: (value: T) => void, concerns: (what: string, id: string | null) => boolean): () => void {
  let latest = 0;
  const request = (): void => {
    const own = ++latest;
    load()
      .then((value) => own === latest && set(value))
      .catch((error: unknown) => own === latest && asAppError(error).code !== 'cancelled' && toast.error(error));
  };
  request();
  const stop = api.on('changed', ({ what, id }) => {
    if (concerns(what, id)) request();
  });
  return () => {
    latest = -1;
    stop();
  };
}

export const explore = new ExploreState();
