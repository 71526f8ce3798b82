/** Generated rows with the columns of real token logs: a few jobs, each with its own usual amount. Seeded. */

/** A small generator of numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const header =
  'dataset,seq,timestamp,job_key,category,agent,model,prompt_tokens,cached_tokens,completion_tokens,status';

export function generatedLog(count: number, seed: number): string {
  const random = seeded(seed);
  const lines = Array.from({ length: count }, (_, seq) => {
    const job = Math.floor(random() * 6);
    const prompt = Math.round(1000 * (job + 1) * (0.7 + 0.6 * random()));
    const time = new Date(Date.UTC(2026, 0, 1, 0, seq)).toISOString();
    const status = random() < 0.05 ? 'fail' : 'ok';
    return `generated,${seq},${time},job ${job},category-${job % 2},agent-${job % 3},,${prompt},${Math.round(prompt / 3)},${Math.round(prompt / 10)},${status}`;
  });
  return [header, ...lines].join('\n');
}
