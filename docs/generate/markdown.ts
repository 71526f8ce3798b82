/** The little Markdown that the pages are made of. */

/** Stands at the top of each page. */
export const generatedFrom = (source: string): string =>
  `<!-- Made by \`node docs/generate.ts\` from ${source}; change that, not this. -->`;

export const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export const code = (text: string): string => `\`${text}\``;

export const codes = (texts: readonly string[]): string => texts.map(code).join(', ');
