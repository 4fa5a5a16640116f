const LONGEST = 120; // characters: a class folder, a file and the folders above them stay below Windows' 260
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])$/i;

/** A name that every system takes: no characters that Windows refuses, no device names, no dots or spaces at the end. */
export function portableName(name: string): string {
  const { stem, extension } = split(name.normalize('NFC').replaceAll(/[<>:"/\\|?*\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '_'));
  const cut = [...stem].slice(0, LONGEST - extension.length).join('');
  const plain = cut.replace(/^ +|[. ]+$/g, extension === '' ? '' : '_') || '_';
  return `${RESERVED.test(plain.split('.')[0]!.trim()) ? `_${plain}` : plain}${extension}`;
}

function split(name: string): { stem: string; extension: string } {
  const found = /^(.+?)(\.[A-Za-z0-9]{1,8})$/s.exec(name);
  return found ? { stem: found[1]!, extension: found[2]! } : { stem: name, extension: '' };
}

/** Makes names unique, ignoring case as Windows and macOS do: `a.png`, `A (2).png`. */
export class UniqueNames {
  private readonly taken = new Set<string>();

  take(name: string): string {
    const portable = portableName(name);
    const { stem, extension } = split(portable);
    for (let n = 1; ; n++) {
      const tried = n === 1 ? portable : `${stem} (${n})${extension}`;
      const key = tried.toUpperCase().toLowerCase();
      if (this.taken.has(key)) continue;
      this.taken.add(key);
      return tried;
    }
  }
}
