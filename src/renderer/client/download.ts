/** Downloads a file in the browser under the given name. */
export function download(url: string, name: string): void {
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}
