import { existsSync } from 'node:fs';

const HOME = '/usr/lib/chromium'; // of Debian's package
const DRIVER = `${HOME}/vk_swiftshader_icd.json`;

/**
 * Environment variables that give a new process WebGPU without a graphics card, through Chromium's software Vulkan driver.
 * Slow, but correct. Null without Chromium.
 */
export const SWIFTSHADER: Record<string, string> | null =
  existsSync(DRIVER) && existsSync(`${HOME}/libvulkan.so.1`)
    ? { VK_DRIVER_FILES: DRIVER, LD_LIBRARY_PATH: [HOME, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':') }
    : null;
