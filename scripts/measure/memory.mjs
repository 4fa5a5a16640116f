import { readFileSync } from 'node:fs';

/** @param {number} pid @returns {number[]} */
const childrenOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** Most memory that a process held until now, bytes. @param {number} pid */
const peakOf = (pid) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

/** Bytes that main and the largest of its compute processes held at most, until now. Linux only. @param {number} main its id */
export function peaksBelow(main) {
  return { main: peakOf(main), compute: Math.max(0, ...childrenOf(main).map(peakOf)) };
}
