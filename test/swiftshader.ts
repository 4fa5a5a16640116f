import { existsSync } from 'node:fs';

const HOME = '/usr/lib/chromium'; // of Debian's package
const DRIVER = `${HOME}/vk_swiftshader_icd.json`;

/**
 * What a process needs in its environment, from its start, to have WebGPU without a graphics card: the Vulkan driver in software
 * that Chromium brings. Slow, and right. Null where Chromium is not here.
 */
export const SWIFTSHADER: Record<string, string> | null =
  existsSync(DRIVER) && existsSync(`${HOME}/libvulkan.so.1`)
    ? { VK_DRIVER_FILES: DRIVER, LD_LIBRARY_PATH: [HOME, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':') }
    : null;
