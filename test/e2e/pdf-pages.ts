/** Reads the page tree and the link targets of a PDF that Chromium printed: its objects are plain text, only content streams are compressed. */
export function pdfPages(pdf: Buffer): { count: number; pageOf(anchor: string): number } {
  const text = pdf.toString('latin1');
  const objects = new Map([...text.matchAll(/^(\d+) 0 obj\s(.*?)\bendobj/gms)].map(([, id, body]) => [id!, body!]));
  const isPage = (body: string): boolean => /\/Type\s*\/Page\b/.test(body);
  const pagesUnder = (id: string): string[] => {
    const body = objects.get(id)!;
    if (isPage(body)) return [id];
    const kids = /\/Kids\s*\[([^\]]*)\]/.exec(body)![1]!;
    return [...kids.matchAll(/(\d+) 0 R/g)].flatMap(([, kid]) => pagesUnder(kid!));
  };
  const catalogue = [...objects.values()].find((body) => /\/Type\s*\/Catalog\b/.test(body))!;
  const pages = pagesUnder(/\/Pages (\d+) 0 R/.exec(catalogue)![1]!);
  return {
    count: pages.length,
    pageOf: (anchor) => {
      const [, page] = new RegExp(`/${anchor} \\[(\\d+) 0 R /XYZ`).exec(text)!;
      return pages.indexOf(page!);
    },
  };
}
