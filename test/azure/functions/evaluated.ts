/** Which modules of a bundle are evaluated: esbuild wraps each one that may come later in a function named by its file. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Metafile } from 'esbuild';

/** Where the bundle says what it evaluates; read by `evaluated-process.ts`. */
export const ledger = 'modulesEvaluated';

const wrappers = [/__esm=\(fn,res,err\)=>function\(\)\{/, /__commonJS=\(cb,mod\)=>function\(\)\{/];

/** Lets the bundle write down each module that it evaluates later. Throws when it is not as esbuild writes it. */
export function watch(file: string): void {
  let text = readFileSync(file, 'utf8');
  for (const wrapper of wrappers) {
    const found = wrapper.exec(text)?.[0];
    if (found === undefined) throw new Error(`esbuild wraps modules in another way than ${wrapper.source}`);
    const first = found.includes('fn') ? 'fn' : 'mod?0:cb';
    text = text.replace(found, `${found}const about=${first};about&&globalThis.${ledger}.push(Object.keys(about)[0]);`);
  }
  writeFileSync(file, `globalThis.${ledger}=[];${text}`);
}

/** Modules that are not wrapped are evaluated with the bundle itself. */
export function atOnce(file: string, outputs: Metafile['outputs']): string[] {
  const text = readFileSync(file, 'utf8');
  const [, output] = Object.entries(outputs).find(([path]) => file.endsWith(path.split('/').slice(-1)[0] ?? '')) ?? [];
  return Object.entries(output?.inputs ?? {})
    .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && !text.includes(`"${path}"`))
    .map(([path]) => path);
}

/** Packages by name, our own modules by file. */
export const shortened = (modules: readonly string[]): string[] =>
  [...new Set(modules.map((path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path))].toSorted();
