import { utilityProcess } from 'electron';
import type { Launch } from '../../rpc/launch.ts';
import type { Response } from '../../rpc/messages.ts';

/**
 * Starts compute as a utility process of Electron, on Windows and macOS. Linux needs a plain Node: Electron's GLib and sharp's
 * crash together.
 */
export const launchUtility: Launch = (entry, args = []) => {
  const child = utilityProcess.fork(entry, [...args], { serviceName: 'Twinlens compute', stdio: ['ignore', 'inherit', 'pipe'] });
  let ended = false;
  child.once('exit', () => (ended = true));
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      if (!ended) child.postMessage(message);
    },
    onMessage: (listener) => void child.on('message', (message: Response) => listener(message)),
    onStderr: (listener) => void child.stderr?.on('data', (chunk: Buffer) => listener(chunk.toString())),
    onEnd: (listener) => void child.once('exit', (code) => listener({ code, signal: null, error: undefined })),
    end: () => void child.kill(),
    kill: () => {
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL'); // `child.kill` sends SIGTERM, which a stopped process keeps pending
    },
  };
};
