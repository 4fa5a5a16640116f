import { readFileSync } from 'node:fs';

/** @param {number} pid @returns {number[]} */
const childrenOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** Peak resident memory of a process so far, bytes. @param {number} pid */
const peakOf = (pid) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

/** Peak memory so far of main and of its largest compute process, bytes. Linux only. @param {number} main process id */
export function peaksBelow(main) {
  return { main: peakOf(main), compute: Math.max(0, ...childrenOf(main).map(peakOf)) };
}
