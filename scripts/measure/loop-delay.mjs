// Preloaded with `node --import`: answers each message of the parent process with the delay of the event loop since the last message.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

const EVERY_MS = 5; // period of the measuring timer; subtracted from its delays
const delay = monitorEventLoopDelay({ resolution: EVERY_MS });
delay.enable();
process.on('message', () => {
  const ms = (/** @type {number} */ ns) => Math.max(0, ns / 1e6 - EVERY_MS);
  process.send?.({ p99: ms(delay.percentile(99)), max: ms(delay.max) });
  delay.reset();
});
process.channel?.unref();
