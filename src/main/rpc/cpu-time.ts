import { readFileSync } from 'node:fs';

/**
 * CPU time that a process has used, in the kernel's ticks (mostly 10 ms). Null where the system does not tell: only Linux does
 * without a program of its own (/proc/PID/stat, fields utime and stime; proc(5)).
 */
export function cpuTicks(pid: number | undefined): number | null {
  if (pid === undefined || process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third on: the second, the name, may contain spaces
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks : null;
  } catch {
    return null; // it has just ended
  }
}
