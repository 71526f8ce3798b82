/** The log of predictions and outcomes. */
import { store } from '../../platform/database/statement.ts';
import type { Tx } from '../../platform/platform.ts';
import type { Calibration, CalibrationTarget } from '../calibration.ts';

const { all, tables } = store<{ calibrations: Calibration }>();

/** Some databases allow 2,100 parameters a statement; a row has twelve. */
const rowsAtOnce = 150;

export async function insertCalibrations(tx: Tx, rows: readonly Calibration[]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const some = rows.slice(start, start + rowsAtOnce);
    await tx.run(tables(tx).insertInto('calibrations').values(some).compile());
  }
}

/** The latest outcomes of one target. */
export const latestCalibrations = all((q, p: { target: CalibrationTarget; limit: number }) =>
  q
    .selectFrom('calibrations')
    .select(['predicted', 'actual', 'low_80', 'high_80', 'low_90', 'high_90', 'within_10_percent'])
    .where('target', '=', p.target)
    .orderBy('at', 'desc')
    .orderBy('deployment_id', 'desc')
    .limit(p.limit),
);
