import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listPrices } from '../../shared/estimates/list-prices.ts';
import { costMicros, priceOf, ratesFor } from '../../shared/estimates/prices.ts';
import { PricesAnswer, PricesInput, type Price } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { openWorld, type World } from '../world.ts';

const admin = { id: 'admin', kind: 'person', roles: ['admin'], owner_id: null } as const;
const at = new Date('2026-03-01T12:00:00.000Z');
const price: Price = {
  model: 'm',
  source: 'override',
  valid_from: null,
  input_micros_per_million: 3_000_000,
  cached_input_micros_per_million: 300_000,
  output_micros_per_million: 15_000_000,
  tiers: [
    {
      above_input_tokens: 200_000,
      input_micros_per_million: 6_000_000,
      cached_input_micros_per_million: 600_000,
      output_micros_per_million: 22_500_000,
    },
  ],
};

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const put = (...overrides: Record<string, unknown>[]) =>
  putPrices(world.platform, admin, PricesInput.parse({ overrides }));
const priceNow = (model: string, when = at) => priceOf(world.platform.db.read, model, when);

describe('what usage costs', () => {
  it('prices cached input, other input and output apart, and rounds up', () => {
    expect(costMicros(price, { input_tokens: 1000, cached_tokens: 400, output_tokens: 100 })).toBe(1800 + 120 + 1500);
    expect(costMicros(price, { input_tokens: 0, cached_tokens: 1, output_tokens: 0 })).toBe(0);
    expect(costMicros(price, { input_tokens: 1, cached_tokens: 1, output_tokens: 0 })).toBe(1);
  });

  it('counts exactly where floating point would not', () => {
    expect(costMicros(price, { input_tokens: 3, cached_tokens: 0, output_tokens: 0 })).toBe(9);
    expect(costMicros(price, { input_tokens: 1e12, cached_tokens: 0, output_tokens: 0 })).toBe(3e12);
  });

  it('takes the tier of a single call, where their number is known', () => {
    const usage = { input_tokens: 400_000, cached_tokens: 0, output_tokens: 0 };
    expect(costMicros(price, { ...usage, calls: 1 })).toBe(2_400_000);
    expect(costMicros(price, { ...usage, calls: 2 })).toBe(1_200_000);
    expect(costMicros(price, usage)).toBe(1_200_000);
    expect(ratesFor(price, 200_001)).toBe(price.tiers[0]);
  });
});

describe('the catalogue', () => {
  it('knows public models, by name or with their provider', async () => {
    const rates = {
      input_micros_per_million: 2_500_000,
      cached_input_micros_per_million: 1_250_000,
      output_micros_per_million: 10_000_000,
    };
    for (const model of ['gpt-4o', 'openai:gpt-4o', 'openai/gpt-4o']) {
      expect(await priceNow(model)).toMatchObject({ model, source: 'catalogue', ...rates });
    }
  });

  it('gives the tiers of long calls', async () => {
    expect((await priceNow('gemini-2.5-pro'))?.tiers).toEqual([
      {
        above_input_tokens: 200_000,
        input_micros_per_million: 2_500_000,
        cached_input_micros_per_million: 250_000,
        output_micros_per_million: 15_000_000,
      },
    ]);
  });

  it('knows no price of models it has never heard of, nor of those not paid by the token', async () => {
    for (const model of ['our-own-model', 'whisper-1', '__proto__', 'constructor', '::', 'openai:']) {
      expect(await priceNow(model)).toBeUndefined();
    }
  });
});

describe('overrides', () => {
  it('come before the catalogue from their date on, the latest first', async () => {
    await put(
      { model: 'gpt-4o', valid_from: '2026-02-01T00:00:00Z', input_usd_per_million: 2, output_usd_per_million: 8 },
      { model: 'gpt-4o', valid_from: '2026-04-01T00:00:00Z', input_usd_per_million: 1, output_usd_per_million: 4 },
    );
    const inputAt = async (when: string) => (await priceNow('gpt-4o', new Date(when)))?.input_micros_per_million;
    expect(await inputAt('2026-01-31T23:59:59Z')).toBe(2_500_000);
    expect(await inputAt('2026-02-01T00:00:00Z')).toBe(2_000_000);
    expect(await inputAt('2026-05-01T00:00:00Z')).toBe(1_000_000);
  });

  it('price cached input as input where nothing else is said, and hold from now where no date is', async () => {
    await put({ model: 'ours', input_usd_per_million: 0.29, output_usd_per_million: 1 });
    expect(await priceNow('ours')).toMatchObject({ cached_input_micros_per_million: 290_000, valid_from: at });
  });

  it('are replaced by another of the same model and date', async () => {
    const row = { model: 'ours', valid_from: '2026-02-01T00:00:00Z', output_usd_per_million: 1 };
    await put({ ...row, input_usd_per_million: 1 });
    const answer = await put({ ...row, input_usd_per_million: 2 });
    expect(answer.overrides).toMatchObject([{ model: 'ours', input_usd_per_million: 2 }]);
  });

  it('wake the jobs that wait for the price', async () => {
    await put({ model: 'ours', input_usd_per_million: 1, output_usd_per_million: 1 });
    expect(world.rung).toMatchObject([{ bell: 'wake', id: 'price:ours' }]);
  });

  it('are refused below nothing, above a thousand dollars, and with unknown fields', () => {
    const row = { model: 'ours', input_usd_per_million: 1, output_usd_per_million: 1 };
    const bad = [{ input_usd_per_million: -1 }, { output_usd_per_million: 1001 }, { colour: 'red' }, { model: '' }];
    for (const wrong of bad) {
      expect(PricesInput.safeParse({ overrides: [{ ...row, ...wrong }] }).success).toBe(false);
    }
  });
});

describe('the list of prices', () => {
  it('gives those asked for and the overridden ones, and names the unpriced', async () => {
    await put({ model: 'ours', input_usd_per_million: 1, output_usd_per_million: 1 });
    const answer = await listPrices(world.platform.db.read, ['gpt-4o', 'nobodys', 'gemini-2.5-pro']);
    expect(answer.prices.map(({ model, source }) => [model, source])).toEqual([
      ['gemini-2.5-pro', 'catalogue'],
      ['gpt-4o', 'catalogue'],
      ['ours', 'override'],
    ]);
    expect(answer.unpriced).toEqual(['nobodys']);
    expect(() => PricesAnswer.encode(answer)).not.toThrow();
  });
});
