/**
 * A worker that writes: asks an OpenAI-compatible endpoint when one is configured, and otherwise summarises the
 * text it was given by its most telling sentences. Reports the tokens that were used.
 *
 *   OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL   the endpoint; without them no model is called
 */
import { countTokens } from 'gpt-tokenizer';
import { work, type Members, type Result } from './client.ts';

const { OPENAI_BASE_URL: base, OPENAI_API_KEY: apiKey, OPENAI_MODEL: model } = process.env;

interface Completion {
  choices: { message: { content: string } }[];
  usage: { prompt_tokens: number; completion_tokens: number; prompt_tokens_details?: { cached_tokens?: number } };
}

async function complete(prompt: string, signal: AbortSignal): Promise<Result> {
  const answer = await fetch(`${base}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey ?? ''}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: prompt }] }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(120_000)]),
  });
  if (!answer.ok) throw new Error(`the model answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  const { choices, usage } = (await answer.json()) as Completion;
  return {
    output: { text: choices[0]?.message.content ?? '' },
    usage: {
      model: model ?? '',
      input_tokens: usage.prompt_tokens,
      cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
      output_tokens: usage.completion_tokens,
    },
  };
}

/** The sentences whose words come most often in the text, in the order of the text. */
function summarise(text: string, most: number): Result {
  const sentences = text.match(/[^.!?]+[.!?]+/g) ?? [text];
  const counts = new Map<string, number>();
  for (const word of wordsIn(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const weight = (sentence: string) => {
    const words = wordsIn(sentence);
    return words.reduce((sum, word) => sum + (counts.get(word) ?? 0), 0) / Math.max(1, words.length);
  };
  const chosen = new Set(sentences.toSorted((a, b) => weight(b) - weight(a)).slice(0, most));
  const summary = sentences
    .filter((sentence) => chosen.has(sentence))
    .join('')
    .trim();
  return {
    output: { text: summary, sentences: chosen.size },
    usage: { input_tokens: countTokens(text), output_tokens: countTokens(summary) },
  };
}

const wordsIn = (text: string): string[] => text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];

/** The job's own text, and what the agents before this one have found. */
const materialIn = ({ text, description, outputs }: Members): string =>
  [text, description, outputs]
    .filter((part) => part !== undefined)
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join('\n');

await work(async ({ name, input }, { progress, signal }) => {
  const material = materialIn(input);
  await progress(0.2, `reading ${material.length} characters`);
  return base === undefined ? summarise(material, 3) : complete(`You are ${name}. Work on this:\n${material}`, signal);
});
