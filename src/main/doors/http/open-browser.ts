import { spawn } from 'node:child_process';

/** Whether there is a display to open a browser on. */
export function hasScreen(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): boolean {
  if (env['CI'] && env['CI'] !== 'false') return false;
  return platform === 'win32' || platform === 'darwin' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/** Opens an address in the user's browser. A failure is ignored: the address is printed as well. */
export function openBrowser(url: string, platform: NodeJS.Platform = process.platform): void {
  const [command, args] =
    platform === 'win32'
      ? (['rundll32', ['url.dll,FileProtocolHandler', url]] as const) // no shell, which would interpret an & in the address
      : ([platform === 'darwin' ? 'open' : 'xdg-open', [url]] as const);
  const child = spawn(command, args, { detached: true, stdio: 'ignore', windowsHide: true });
  child.on('error', () => undefined);
  child.unref();
}
