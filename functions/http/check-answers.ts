/** Holds every answer against the document, for tests: an undocumented status, code or member is a fault. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { codesOf } from './codes.ts';
import type { Check } from './handle.ts';
import { describeApi } from './openapi.ts';
import type { Route } from './route.ts';

/** RFC 3339, in UTC as all our times are. */
const formats = { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ };

/** Checks answers of these routes; schemas are compiled when they are first needed. */
export function answerChecker(routes: readonly Route[]): Check {
  const ajv = new Ajv2020({ strict: false, formats });
  ajv.addSchema(describeApi(routes), 'document');
  const compiled = new Map<string, ValidateFunction>();
  const validator = (place: string): ValidateFunction => {
    const known = compiled.get(place) ?? ajv.compile({ $ref: `document#/${place}` });
    compiled.set(place, known);
    return known;
  };
  return {
    answered: (route, { status, media, text }) => {
      const documented = route.etag ? [...route.statuses, 304] : route.statuses;
      if (!documented.includes(status)) throw new Error(`${route.name} answers ${status}, which is not documented`);
      if (text === null) return;
      if (media !== route.media && !(media in route.also))
        throw new Error(`${route.name} answers ${media}, which is not documented`);
      const validate = validator(placeOf(route, status, media));
      const value: unknown = /\bjson\b/.test(media) ? JSON.parse(text) : text;
      if (!validate(value))
        throw new Error(`${route.name} does not answer as documented: ${ajv.errorsText(validate.errors)}\n${text}`);
    },
    refused: (route, code) => {
      if (!codesOf(route).includes(code)) throw new Error(`${route.name} refuses ${code}, which is not documented`);
    },
  };
}

/** A JSON Pointer into the document, as part of a URL. */
const placeOf = ({ path, method }: Route, status: number, media: string): string =>
  ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', media, 'schema']
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
