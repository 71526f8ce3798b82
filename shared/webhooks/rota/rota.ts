/** The rota: who is on call, week by week. */
import { z } from 'zod';
import { principalId, time } from '../../platform/wire.ts';
import { isTimeZone } from './local-time.ts';

/** As Date counts them. */
export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

const person = { principal_id: principalId, webhook_id: z.string().max(64).describe('where this person is told') };

const Override = z
  .strictObject({ ...person, from: time, until: time })
  .refine(({ from, until }) => from < until, { path: ['until'], message: 'expected a time after `from`' })
  .meta({ id: 'RotaOverride' });

const said = {
  time_zone: z.string().max(64).refine(isTimeZone, 'expected an IANA time zone, such as Europe/Berlin'),
  handover: z.strictObject({
    weekday: z.enum(weekdays),
    time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day, such as 09:00'),
  }),
  starts_on: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date, such as 2026-03-02')
    .refine((text) => !Number.isNaN(new Date(text).getTime()), 'there is no such date')
    .describe('the first of `members` has the week in which this day lies'),
  members: z
    .array(z.strictObject(person).meta({ id: 'RotaMember' }))
    .min(1)
    .max(50)
    .describe('in the order of their turns'),
  overrides: z.array(Override).max(100).default([]).describe('somebody else is on call in these times'),
  digest: z.boolean().default(true).describe('who is on call gets the daily digest'),
};

export const RotaInput = z.strictObject(said).meta({ id: 'RotaInput' });
export type Rota = z.output<typeof RotaInput>;

const Shift = z
  .strictObject({
    ...{ principal_id: z.string(), webhook_id: z.string(), since: time, until: time },
    is_override: z.boolean(),
  })
  .meta({ id: 'RotaShift' });
export type Shift = z.output<typeof Shift>;

export const RotaAnswer = z
  .strictObject({ version: z.int(), ...said, on_call: Shift, next: Shift })
  .meta({ id: 'Rota' });
export type RotaAnswer = z.output<typeof RotaAnswer>;
