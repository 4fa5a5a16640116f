import { readFileSync } from 'node:fs';

/**
 * CPU time that a process has used, in the kernel's ticks (mostly 10 ms). From utime and stime in /proc/PID/stat, see proc(5). Null on
 * other systems, where reading it takes a separate program.
 */
export function cpuTicks(pid: number | undefined): number | null {
  if (pid === undefined || process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from field 3 on; field 2, the name, may contain spaces
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks : null;
  } catch {
    return null; // it has just ended
  }
}
