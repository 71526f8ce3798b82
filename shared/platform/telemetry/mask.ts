/** Keeps secrets out of logs and stored errors: what looks like one is replaced. */

const shapes: [RegExp, string][] = [
  [/\bmk\.[a-z0-9_]+\.[A-Za-z0-9_-]{20,}/g, 'mk.[masked]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*/g, 'eyJ[masked]'], // a JSON Web Token
  [/\bwhsec_[A-Za-z0-9+/=_-]{16,}/g, 'whsec_[masked]'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [masked]'],
  [/\b(gh[pousr]_|github_pat_|sk-)[A-Za-z0-9_-]{16,}/g, '$1[masked]'],
  [/([?&](?:sig|key|token|secret|password|code)=)[^&\s"\\]+/gi, '$1[masked]'],
  [/(:\/\/[^\s/?#:@"\\]*:)[^\s/?#"\\]+@/g, '$1[masked]@'], // the password of an address
  // As text, in JSON, and in JSON within JSON, where quotes have backslashes.
  [
    /((?:password|secret|api_?key|access_?token|authorization|SharedAccessKey)\\*"?\s*[:=]\s*\\*"?)[^"\s,;}\\]{4,}/gi,
    '$1[masked]',
  ],
];

export const mask = (text: string): string =>
  shapes.reduce((masked, [shape, replacement]) => masked.replace(shape, replacement), text);
