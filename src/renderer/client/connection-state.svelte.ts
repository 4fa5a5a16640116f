import { onConnection } from './api.ts';

const GRACE_MS = 1_500; // no message if the page closes or the connection is restored within this time

/** Whether the workbench can be reached. Only a browser's connection can break. */
class ConnectionState {
  /** 'closed': the workbench was restarted, and this page's address is no longer valid. */
  state = $state<'open' | 'lost' | 'closed'>('open');
  private timer: ReturnType<typeof setTimeout> | undefined;
  private broken = false;

  /** `onReconnect`: events were missed, so everything must be loaded again. */
  listen(onReconnect: () => void): void {
    onConnection((state) => {
      clearTimeout(this.timer);
      if (state === 'lost') {
        this.broken = true;
        this.timer = setTimeout(() => (this.state = 'lost'), GRACE_MS);
        return;
      }
      this.state = state;
      if (state === 'open' && this.broken) onReconnect();
      this.broken = state !== 'open';
    });
  }
}

export const connection = new ConnectionState();
