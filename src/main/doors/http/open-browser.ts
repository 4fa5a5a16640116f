import { spawn } from 'node:child_process';

/** Whether a person sits before a screen that a browser could open on. */
export function hasScreen(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): boolean {
  if (env['CI'] && env['CI'] !== 'false') return false;
  return platform === 'win32' || platform === 'darwin' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/** Asks the system to show an address in the person's own browser. It is no failure where it can't: the address is printed as well. */
export function openBrowser(url: string, platform: NodeJS.Platform = process.platform): void {
  const [command, args] =
    platform === 'win32'
      ? (['rundll32', ['url.dll,FileProtocolHandler', url]] as const) // no shell, which would take an & in the address for its own
      : ([platform === 'darwin' ? 'open' : 'xdg-open', [url]] as const);
  const child = spawn(command, args, { detached: true, stdio: 'ignore', windowsHide: true });
  child.on('error', () => undefined);
  child.unref();
}
