/** How large a file and a function may be. */
import type { House, Rule, Source } from './source.ts';

export const limits = {
  fileLines: 200,
  medianFileLines: 60,
  functionLines: 40,
  medianFunctionLines: 10,
  parameters: 3,
};

const measured = ({ sources }: House): Source[] =>
  sources.filter(({ path }) => /^(functions|local|shared|examples|bench)\//.test(path));

export const fileSizes: Rule = (house) =>
  measured(house)
    .filter(({ lines }) => lines > limits.fileLines)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${limits.fileLines}: is it two files?`);

export const functionSizes: Rule = (house) =>
  measured(house).flatMap(({ path, functions }) =>
    functions
      .filter(({ lines }) => lines > limits.functionLines)
      .map(({ line, lines }) => `${path}:${line} is a function of ${lines} lines, more than ${limits.functionLines}`),
  );

export const parameterCounts: Rule = (house) =>
  measured(house).flatMap(({ path, functions }) =>
    functions
      .filter(({ parameters }) => parameters > limits.parameters)
      .map(
        ({ line, parameters }) =>
          `${path}:${line} takes ${parameters} parameters: past ${limits.parameters}, an object`,
      ),
  );

export const medians: Rule = (house) => {
  const files = median(measured(house).map(({ lines }) => lines));
  const functions = median(measured(house).flatMap((source) => source.functions.map(({ lines }) => lines)));
  return [
    ...(files > limits.medianFileLines
      ? [`the median file has ${files} lines, more than ${limits.medianFileLines}`]
      : []),
    ...(functions > limits.medianFunctionLines
      ? [`the median function has ${functions} lines, more than ${limits.medianFunctionLines}`]
      : []),
  ];
};

/** The upper median; 0 of nothing. */
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
