/** How a voter has voted: whether others agreed, and whether its confidence was borne out. Pure. */
import { mean, share } from './figures.ts';

/** A ballot, what the question came to, and how the run ended that it allowed. */
export interface CastBallot {
  decision: 'yes' | 'no';
  confidence: number;
  /** Of the question. */
  state: string;
  /** Of the deployment; null: it has not run, or not to its end. */
  outcome: string | null;
}

const yeses: ReadonlySet<string> = new Set(['granted', 'consumed']);

const decided = ({ state }: CastBallot): 'yes' | 'no' | undefined =>
  yeses.has(state) ? 'yes' : state === 'rejected' ? 'no' : undefined;

/** The share of its ballots that said what their question came to; null before any has been settled. */
export const agreementOf = (ballots: readonly CastBallot[]): number | null =>
  share(
    ballots.filter((ballot) => decided(ballot) !== undefined),
    (ballot) => decided(ballot) === ballot.decision,
  );

/** A yes is borne out by a success, a no by a failure; of other ends nothing follows. */
const borneOut = ({ decision, outcome }: CastBallot): boolean | undefined => {
  if (outcome !== 'succeeded' && outcome !== 'failed') return undefined;
  return (decision === 'yes') === (outcome === 'succeeded');
};

/** One fifth of the scale of confidence. */
export interface Bucket {
  from: number;
  to: number;
  count: number;
  mean_confidence: number;
  borne_out: number;
}

export interface Calibration {
  /** Ballots whose job has run to its end. */
  judged: number;
  mean_confidence: number | null;
  borne_out: number | null;
  /** Mean square of confidence less what happened (Brier 1950): 0 is perfect, 0.25 is knowing nothing. */
  brier_score: number | null;
  /** Fifths that have ballots. */
  buckets: Bucket[];
}

interface Judged {
  confidence: number;
  isRight: boolean;
}

export function calibrationOf(ballots: readonly CastBallot[]): Calibration {
  const judged = ballots.flatMap((ballot): Judged[] => {
    const isRight = borneOut(ballot);
    return isRight === undefined ? [] : [{ confidence: ballot.confidence, isRight }];
  });
  return {
    judged: judged.length,
    mean_confidence: mean(judged.map(({ confidence }) => confidence)),
    borne_out: share(judged, ({ isRight }) => isRight),
    brier_score: mean(judged.map(({ confidence, isRight }) => (confidence - Number(isRight)) ** 2)),
    buckets: [0, 1, 2, 3, 4].flatMap((fifth) => bucketOf(judged, fifth)),
  };
}

function bucketOf(judged: readonly Judged[], fifth: number): Bucket[] {
  const inside = judged.filter(({ confidence }) => Math.min(4, Math.floor(confidence * 5)) === fifth);
  const [mean_confidence, borne_out] = [
    mean(inside.map((each) => each.confidence)),
    share(inside, (each) => each.isRight),
  ];
  if (mean_confidence === null || borne_out === null) return [];
  return [{ from: fifth / 5, to: (fifth + 1) / 5, count: inside.length, mean_confidence, borne_out }];
}
