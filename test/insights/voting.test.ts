import { describe, expect, it } from 'vitest';
import { agreementOf, calibrationOf, type CastBallot } from '../../shared/insights/voting.ts';

const ballot = (more: Partial<CastBallot> = {}): CastBallot => ({
  decision: 'yes',
  confidence: 0.9,
  state: 'consumed',
  outcome: 'succeeded',
  ...more,
});

describe('the agreement of a voter', () => {
  it('is the share of its ballots that said what their question came to', () => {
    expect(
      agreementOf([
        ballot(),
        ballot({ state: 'granted', outcome: null }),
        ballot({ decision: 'no' }),
        ballot({ decision: 'no', state: 'rejected', outcome: null }),
      ]),
    ).toBe(0.75);
  });

  it('knows nothing of questions that came to nothing', () => {
    expect(agreementOf([])).toBeNull();
    expect(agreementOf(['open', 'voided', 'expired'].map((state) => ballot({ state })))).toBeNull();
  });
});

describe('the calibration of its confidence', () => {
  it('counts a yes that succeeded and a no that failed as borne out', () => {
    const { judged, borne_out, mean_confidence, brier_score } = calibrationOf([
      ballot(),
      ballot({ decision: 'no', outcome: 'failed', confidence: 0.8 }),
      ballot({ outcome: 'failed', confidence: 0.6 }),
      ballot({ decision: 'no', confidence: 0.5 }),
    ]);
    expect([judged, borne_out]).toEqual([4, 0.5]);
    expect(mean_confidence).toBeCloseTo(0.7);
    expect(brier_score).toBeCloseTo((0.01 + 0.04 + 0.36 + 0.25) / 4);
  });

  it('is judged by nothing but success and failure', () => {
    expect(calibrationOf([null, 'cancelled', 'expired'].map((outcome) => ballot({ outcome })))).toEqual({
      judged: 0,
      mean_confidence: null,
      borne_out: null,
      brier_score: null,
      buckets: [],
    });
  });

  it('is shown by fifths of the scale, the last with certainty in it', () => {
    const said = [0, 0.19, 0.2, 0.79, 0.8, 1].map((confidence, at) =>
      ballot({ confidence, outcome: at % 2 === 0 ? 'succeeded' : 'failed' }),
    );
    expect(calibrationOf(said).buckets.map(({ from, count, borne_out }) => [from, count, borne_out])).toEqual([
      [0, 2, 0.5],
      [0.2, 1, 1],
      [0.6, 1, 0],
      [0.8, 2, 0.5],
    ]);
  });
});
