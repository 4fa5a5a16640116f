import { onConnection } from './api.ts';

const GRACE_MS = 1_500; // a page that is being left, or a line that is back at once, is not told

/** Whether the workbench answers; only a browser's line can break. */
class ConnectionState {
  /** 'closed': the workbench was started anew, and this page's address is no longer valid. */
  state = $state<'open' | 'lost' | 'closed'>('open');
  private timer: ReturnType<typeof setTimeout> | undefined;
  private broken = false;

  /** `back`: events were missed meanwhile, so everything is asked anew. */
  listen(back: () => void): void {
    onConnection((now) => {
      clearTimeout(this.timer);
      if (now === 'lost') {
        this.broken = true;
        this.timer = setTimeout(() => (this.state = 'lost'), GRACE_MS);
        return;
      }
      this.state = now;
      if (now === 'open' && this.broken) back();
      this.broken = now !== 'open';
    });
  }
}

export const connection = new ConnectionState();
