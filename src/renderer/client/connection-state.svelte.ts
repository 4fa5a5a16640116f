import { onConnection } from './api.ts';

const GRACE_MS = 1_500; // a page being closed, or a connection restored within this time, shows no message

/** Whether the workbench can be reached. Only a browser's connection can break. */
class ConnectionState {
  /** 'closed': the workbench was restarted, and this page's address is no longer valid. */
  state = $state<'open' | 'lost' | 'closed'>('open');
  private timer: ReturnType<typeof setTimeout> | undefined;
  private broken = false;

  /** `onReconnect`: events were missed, so everything must be loaded again. */
  listen(onReconnect: () => void): void {
    onConnection((now) => {
      clearTimeout(this.timer);
      if (now === 'lost') {
        this.broken = true;
        this.timer = setTimeout(() => (this.state = 'lost'), GRACE_MS);
        return;
      }
      this.state = now;
      if (now === 'open' && this.broken) onReconnect();
      this.broken = now !== 'open';
    });
  }
}

export const connection = new ConnectionState();
