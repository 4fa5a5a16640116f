import { readdirSync, readFileSync } from 'node:fs';

const TICKS = 100; // per second: USER_HZ, which Linux fixes for what /proc shows

/** The fields of /proc/PID/stat after the command, which may contain spaces and brackets. @param {string} pid */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
  } catch {
    return null; // it has ended
  }
}

/** Seconds of processor time of a process and of all below it, ended children included. Linux only. @param {number} main process id */
export function cpuBelow(main) {
  const stats = new Map(readdirSync('/proc').flatMap((pid) => (/^\d+$/.test(pid) ? [[Number(pid), statOf(pid)]] : [])));
  const isBelow = (/** @type {number} */ pid) => {
    for (let at = pid; at > 1; at = stats.get(at)?.[1] ?? 0) if (at === main) return true;
    return false;
  };
  let ticks = 0;
  for (const [pid, stat] of stats) if (stat && isBelow(pid)) for (const field of [11, 12, 13, 14]) ticks += stat[field] ?? 0;
  return ticks / TICKS;
}
