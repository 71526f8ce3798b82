import { putTemplate } from '../../../shared/jobs/templates.ts';
import type { Actor } from '../life.ts';
import { admin, monthly } from '../town.ts';
import { askUntilHeard } from './asking.ts';

const mostVersions = 6;

/** Changes the template of the town, each version upon the one before; a call that comes late or twice changes nothing. */
export const publisher: Actor = async (life) => {
  for (let version = 1; version < mostVersions && !life.isCalm; version++) {
    await life.sleep(life.random.between(10, 90));
    const definition = { ...monthly.definition, priority: life.random.between(3, 8) };
    const put = { name: monthly.name, definition, if_match: `"${version}"` };
    await askUntilHeard(life, 'putTemplate', (platform) => putTemplate(platform, admin, put));
  }
};
