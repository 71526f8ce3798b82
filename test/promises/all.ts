/** Every promise of workflow.md, as what checks it. */
import { aFailedRunUndoesWhatItHasDone } from './a-failed-run-undoes-what-it-has-done.ts';
import { aGrantIsUsedInItsTime } from './a-grant-is-used-in-its-time.ts';
import { aLeaseThatEndedStaysEnded } from './a-lease-that-ended-stays-ended.ts';
import { aLostHolderWritesNothing } from './a-lost-holder-writes-nothing.ts';
import { aMessageIsSettledOnce } from './a-message-is-settled-once.ts';
import { aSentMessageComesToAnEnd } from './a-sent-message-comes-to-an-end.ts';
import { anAcknowledgedJobReachesAnEnd } from './an-acknowledged-job-reaches-an-end.ts';
import { aRecordedEffectHappensOnce } from './a-recorded-effect-happens-once.ts';
import { anAttemptCountsFromItsClaim } from './an-attempt-counts-from-its-claim.ts';
import { anEventNamesWhoDidIt } from './an-event-names-who-did-it.ts';
import { anIsolatedAgentHoldsNothing } from './an-isolated-agent-holds-nothing.ts';
import { aRecoveryGoesStepByStep } from './a-recovery-goes-step-by-step.ts';
import { aStreamHasNoGapAndItsChainVerifies } from './a-stream-has-no-gap-and-its-chain-verifies.ts';
import { eachTransitionHasExactlyOneEvent } from './each-transition-has-exactly-one-event.ts';
import { everyEndIsJustified } from './every-end-is-justified.ts';
import { neverReservedBeyondALimit } from './never-reserved-beyond-a-limit.ts';
import { noAgentHoldsMoreThanItMay } from './no-agent-holds-more-than-it-may.ts';
import { noResourceBeyondItsCapacity } from './no-resource-beyond-its-capacity.ts';
import { anyNoted, notes } from './noted.ts';
import { nothingExecutesWithoutAnApproval } from './nothing-executes-without-an-approval.ts';
import { oneApprovalStartsOneDeployment } from './one-approval-starts-one-deployment.ts';
import { oneJobForOneKey } from './one-job-for-one-key.ts';
import { onlyPoisonIsGivenUp } from './only-poison-is-given-up.ts';
import type { Promised } from './promised.ts';
import { spendingIsNeverRefused } from './spending-is-never-refused.ts';
import { aPoisonTaskDelaysNoOther, theMostUrgentAndOldestFirst } from './the-most-urgent-and-oldest-first.ts';
import { whatIsDueIsMovedOn } from './what-is-due-is-moved-on.ts';
import { whatIsAskedIsWhatRuns } from './what-is-asked-is-what-runs.ts';
import { whatIsSpentIsWhatWasReported } from './what-is-spent-is-what-was-reported.ts';
import { whatAJobHeldIsFreeAtItsEnd } from './what-a-job-held-is-free-at-its-end.ts';

/** What triggers have noted of any promise, after each commit. */
export const whatWasNoted: Promised = {
  sentence: 'All that can be seen at the moment of a write.',
  watch: [notes],
  now: anyNoted,
  atEnd: () => [], // each of them reads its own
};

export const promises: readonly Promised[] = [
  whatWasNoted,
  anAcknowledgedJobReachesAnEnd,
  everyEndIsJustified,
  whatIsAskedIsWhatRuns,
  aFailedRunUndoesWhatItHasDone,
  nothingExecutesWithoutAnApproval,
  oneApprovalStartsOneDeployment,
  aGrantIsUsedInItsTime,
  neverReservedBeyondALimit,
  spendingIsNeverRefused,
  whatIsSpentIsWhatWasReported,
  noResourceBeyondItsCapacity,
  whatAJobHeldIsFreeAtItsEnd,
  aRecordedEffectHappensOnce,
  oneJobForOneKey,
  onlyPoisonIsGivenUp,
  aLostHolderWritesNothing,
  aLeaseThatEndedStaysEnded,
  anAttemptCountsFromItsClaim,
  aMessageIsSettledOnce,
  aSentMessageComesToAnEnd,
  whatIsDueIsMovedOn,
  eachTransitionHasExactlyOneEvent,
  aStreamHasNoGapAndItsChainVerifies,
  anEventNamesWhoDidIt,
  noAgentHoldsMoreThanItMay,
  anIsolatedAgentHoldsNothing,
  aRecoveryGoesStepByStep,
  theMostUrgentAndOldestFirst,
  aPoisonTaskDelaysNoOther,
];
