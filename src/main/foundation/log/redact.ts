/** Access tokens in addresses and headers, and images written as data URLs. */
const PATTERNS: readonly [RegExp, string][] = [
  [/([?&]token=|\bBearer\s+)[\w.~-]+/gi, '$1[redacted]'],
  [/\bdata:[\w/+.-]*;base64,[\w+/=]*/gi, 'data:[omitted]'],
];

const secrets = new Set<string>();

/** From now on this text is written to no log and no diagnostics of this process. */
export function addSecret(secret: string): void {
  if (secret !== '') secrets.add(secret);
}

/** Without secrets and without image content. */
export function redact(text: string): string {
  let out = text;
  for (const secret of secrets) out = out.replaceAll(secret, '[redacted]');
  for (const [pattern, replacement] of PATTERNS) out = out.replaceAll(pattern, replacement);
  return out;
}
