const MAX_LENGTH = 120; // characters; folder, class and file must stay below the 260 of Windows
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])$/i;

/** A name that is valid on every system: no characters that Windows forbids, no device names, no trailing dots or spaces. */
export function portableName(name: string): string {
  const { stem, extension } = split(name.normalize('NFC').replaceAll(/[<>:"/\\|?*\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '_'));
  const cut = [...stem].slice(0, MAX_LENGTH - extension.length).join('');
  const plain = cut.replace(/^ +|[. ]+$/g, extension === '' ? '' : '_') || '_';
  return `${RESERVED.test(plain.split('.')[0]!.trim()) ? `_${plain}` : plain}${extension}`;
}

function split(name: string): { stem: string; extension: string } {
  const found = /^(.+?)(\.[A-Za-z0-9]{1,8})$/s.exec(name);
  return found ? { stem: found[1]!, extension: found[2]! } : { stem: name, extension: '' };
}

/** Makes names unique, ignoring case as Windows and macOS do: `a.png`, `A (2).png`. */
export class UniqueNames {
  private readonly used = new Set<string>();

  /** A portable name like `name` that was not returned before. */
  take(name: string): string {
    const portable = portableName(name);
    const { stem, extension } = split(portable);
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? portable : `${stem} (${n})${extension}`;
      const key = candidate.toUpperCase().toLowerCase();
      if (this.used.has(key)) continue;
      this.used.add(key);
      return candidate;
    }
  }
}

/** The time as part of a file name: 2026-11-24 21.45.10, local time. */
export function timestamp(): string {
  const now = new Date();
  const twoDigits = (n: number): string => String(n).padStart(2, '0');
  const day = [now.getFullYear(), twoDigits(now.getMonth() + 1), twoDigits(now.getDate())].join('-');
  return `${day} ${[twoDigits(now.getHours()), twoDigits(now.getMinutes()), twoDigits(now.getSeconds())].join('.')}`;
}
