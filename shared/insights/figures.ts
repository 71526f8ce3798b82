/** Arithmetic of figures. Pure. */

/** The value below which `share` of the values lie (nearest rank); null without values. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.ceil(Number((share * sorted.length).toPrecision(12))); // 0.07 × 100 is 7, and not 7.000000000000001
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1] ?? null;
}

export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The share of the items that pass; null without items. */
export const share = <Item>(items: readonly Item[], passes: (item: Item) => boolean): number | null =>
  items.length === 0 ? null : items.filter(passes).length / items.length;

/** A key figure and what it should be. */
export interface KeyFigure {
  name: string;
  unit: string;
  value: number | null;
  target: string;
  /** Null without data. */
  met: boolean | null;
}

export const keyFigure = (figure: Omit<KeyFigure, 'met'>, met: (value: number) => boolean): KeyFigure => ({
  ...figure,
  met: figure.value === null ? null : met(figure.value),
});
