/** How well estimates have held lately. */
import type { Reads } from '../platform/platform.ts';
import { judged, type Accuracy, type CalibrationTarget } from './calibration.ts';
import { latestCalibrations } from './store/calibrations.ts';

const outcomesLookedAt = 5000;

/** Errors and coverage over the latest 5,000 outcomes. */
export const estimateAccuracy = async (reads: Reads, { target }: { target: CalibrationTarget }): Promise<Accuracy> =>
  judged(await latestCalibrations(reads, { target, limit: outcomesLookedAt }));
