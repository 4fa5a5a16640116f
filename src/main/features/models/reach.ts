/** What a host answered to a request for a file's headers. */
interface Answer {
  problem: string | null; // ends a sentence that begins with the host
  ms: number; // when it was asked
}

const FRESH_MS = 60_000; // for which an answer is used again
const TIMEOUT_MS = 4_000;

export interface HostProbeOptions {
  now?: () => number; // ms
  timeoutMs?: number;
}

/**
 * Asks hosts whether they would send a file: a request for its first byte, sent as downloads are, so that proxies and redirects count.
 * Answers are used for a minute; where a host does not answer, that holds for all of its files.
 */
export class HostProbe {
  private readonly now: () => number;
  private readonly timeoutMs: number;
  private readonly answers = new Map<string, Answer>();
  private readonly asked = new Map<string, Promise<Answer>>();

  constructor({ now = Date.now, timeoutMs = TIMEOUT_MS }: HostProbeOptions = {}) {
    this.now = now;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Why the file can't be downloaded, as the end of a sentence: "huggingface.co can't be reached"; null if it can. `again`: ask even if the last
   * answer is fresh.
   */
  async problemOf(url: string, again = false): Promise<string | null> {
    const { origin, host } = new URL(url);
    const known = again ? undefined : (this.freshAnswer(url) ?? this.freshAnswer(origin));
    const answer = known ?? (await this.ask(url, origin));
    return answer.problem === null ? null : `${host} ${answer.problem}`;
  }

  private freshAnswer(key: string): Answer | undefined {
    const answer = this.answers.get(key);
    return answer && this.now() - answer.ms < FRESH_MS ? answer : undefined;
  }

  /** Files of a host that are asked for at the same time share one request per file. */
  private ask(url: string, origin: string): Promise<Answer> {
    const running = this.asked.get(url);
    if (running) return running;
    const asking = this.request(url, origin).finally(() => this.asked.delete(url));
    this.asked.set(url, asking);
    return asking;
  }

  private async request(url: string, origin: string): Promise<Answer> {
    const ms = this.now();
    try {
      const response = await fetch(url, { headers: { range: 'bytes=0-0' }, signal: AbortSignal.timeout(this.timeoutMs) });
      await response.body?.cancel();
      const answer = { problem: problemOfStatus(response.status), ms };
      this.answers.delete(origin);
      this.answers.set(url, answer);
      return answer;
    } catch {
      const answer = { problem: "can't be reached", ms };
      this.answers.set(origin, answer);
      return answer;
    }
  }
}

function problemOfStatus(status: number): string | null {
  if (status < 400) return null;
  if (status === 404 || status === 410) return 'no longer has the file';
  return status >= 500 || status === 429 || status === 408 ? `can't send it now (HTTP ${status})` : `refuses to send it (HTTP ${status})`;
}
