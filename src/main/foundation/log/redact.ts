/** Patterns of access tokens in URLs and headers, and of images as data URLs. */
const PATTERNS: readonly [RegExp, string][] = [
  [/([?&]token=|\bBearer\s+)[\w.~-]+/gi, '$1[redacted]'],
  [/\bdata:[\w/+.-]*;base64,[\w+/=]*/gi, 'data:[omitted]'],
];

const secrets = new Set<string>();

/** Registers a text that `redact` replaces from now on. */
export function addSecret(secret: string): void {
  if (secret !== '') secrets.add(secret);
}

/** Replaces secrets and image content. */
export function redact(text: string): string {
  let out = text;
  for (const secret of secrets) out = out.replaceAll(secret, '[redacted]');
  for (const [pattern, replacement] of PATTERNS) out = out.replaceAll(pattern, replacement);
  return out;
}
