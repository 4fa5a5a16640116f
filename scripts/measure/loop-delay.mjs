// Put before a program with `node --import`: answers each message of its parent with how late its event loop was since the last.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

const EVERY_MS = 5; // a timer that was due then and came later; counted without those ms
const delay = monitorEventLoopDelay({ resolution: EVERY_MS });
delay.enable();
process.on('message', () => {
  const ms = (/** @type {number} */ ns) => Math.max(0, ns / 1e6 - EVERY_MS);
  process.send?.({ p99: ms(delay.percentile(99)), max: ms(delay.max) });
  delay.reset();
});
process.channel?.unref();
