import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { say } from './say.mjs';

const HEARTBEAT_MS = 2_000;
const SILENT_MS = 60_000; // after this long without a heartbeat, an owner on another host counts as dead
const POLL_MS = 100;

/**
 * Runs `work` while no other bootstrap of this checkout runs. A lock of a dead process is taken over.
 * @template T
 * @param {string} folder the folder that is the lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, work) {
  mkdirSync(path.dirname(folder), { recursive: true });
  let announced = false;
  while (!tryTake(folder)) {
    if (isAbandoned(folder)) {
      removeAbandoned(folder);
      continue;
    }
    if (!announced) say('waiting for another set-up in this folder');
    announced = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const heartbeat = setInterval(() => touch(folder), HEARTBEAT_MS);
  heartbeat.unref();
  const release = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

/**
 * Whether the owner of the lock is dead.
 * @param {string} folder
 * @param {number} [nowMs]
 */
export function isAbandoned(folder, nowMs = Date.now()) {
  let silentMs;
  try {
    silentMs = nowMs - statSync(folder).mtimeMs;
  } catch {
    return false; // released meanwhile
  }
  if (silentMs > SILENT_MS * 10) return true; // the process id may have been reused
  try {
    const owner = JSON.parse(readFileSync(path.join(folder, 'owner.json'), 'utf8'));
    if (owner.host === os.hostname()) return !isAlive(owner.pid);
  } catch {
    // The owner file is not written yet, or its writer died: only the age of the lock decides.
  }
  return silentMs > SILENT_MS;
}

/** @param {string} folder */
function tryTake(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === 'EEXIST' || code === 'EPERM') return false; // EPERM: Windows, while the folder is being removed
    throw error;
  }
  writeFileSync(path.join(folder, 'owner.json'), JSON.stringify({ pid: process.pid, host: os.hostname() }));
  return true;
}

/**
 * Two processes may find the same lock abandoned. The slower one must not remove the lock that the faster one has taken
 * meanwhile, so the removal is guarded by a second lock and checks again.
 * @param {string} folder
 */
function removeAbandoned(folder) {
  const guard = `${folder}-removal`;
  try {
    mkdirSync(guard);
  } catch {
    try {
      if (Date.now() - statSync(guard).mtimeMs > SILENT_MS) rmSync(guard, { recursive: true, force: true });
    } catch {
      // The other process is done.
    }
    return;
  }
  try {
    if (!isAbandoned(folder)) return;
    const aside = `${folder}-gone-${process.pid}`;
    renameSync(folder, aside);
    rmSync(aside, { recursive: true, force: true });
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} folder */
function touch(folder) {
  try {
    const now = new Date();
    utimesSync(folder, now, now);
  } catch {
    // The lock was removed by hand; the work continues.
  }
}
