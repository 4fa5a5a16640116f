/** Downloads a file in the browser under the given name. */
export function download(address: string, name: string): void {
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}
