/** Hands a file of this workbench to the browser's downloads, under a name. */
export function download(address: string, name: string): void {
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}
