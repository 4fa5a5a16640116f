import { escape } from 'html-escaper';

export interface PageAction {
  label: string;
  href: string;
}

/** Style sheet of a message page. Its policy permits this text only. */
export const MESSAGE_STYLE = `
:root { --bg: #17181a; --ink: #eceef0; --dim: #a9b0b7; --line: #565c62; --accent: #7cc4b8; --on-accent: #10201d }
@media (prefers-color-scheme: light) { :root { --bg: #f4f4f2; --ink: #202225; --dim: #555b62; --line: #8c9095; --accent: #17695e; --on-accent: #fff } }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; background: var(--bg); color: var(--ink); font: 14px/1.5 Inter, system-ui, sans-serif }
main { max-width: 60ch; padding: 32px }
h1 { margin: 0 0 8px; font-size: 20px; font-weight: 600 }
p { margin: 0 0 24px; color: var(--dim); overflow-wrap: anywhere }
a { display: inline-block; margin: 0 8px 8px 0; padding: 8px 16px; border: 1px solid var(--line); border-radius: 8px; color: inherit; text-decoration: none }
a.first { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
`;

/** A page with one message, for when the screen can't be shown: plain HTML without other files. */
export function messagePage(heading: string, sentence: string, actions: readonly PageAction[] = []): string {
  const links = actions.map(({ label, href }, i) => `<a${i === 0 ? ' class="first"' : ''} href="${escape(href)}">${escape(label)}</a>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>Twinlens</title>
<style>${MESSAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${escape(heading)}</h1>
<p>${escape(sentence)}</p>
${links}
</main>
</body>
</html>
`;
}
