import { sealRecord } from '../../../shared/events/seal.ts';
import type { Actor } from '../life.ts';
import { ask } from './asking.ts';

/** Seals the record, now and then. */
export const maintainer: Actor = async (life) => {
  while (!life.isOver && !life.isCalm) {
    await life.sleep(life.random.between(200, 900));
    await ask(life, 'sealRecord', (platform) => sealRecord(platform));
  }
};
