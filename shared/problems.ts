/**
 * Every problem code: its HTTP status, what it means, and what the reader can do about it.
 * Answers (RFC 9457), reasons of blocked jobs and the pages under /problems/ all come from here.
 */

interface Problem {
  status: number;
  title: string;
  remedy: string;
}

const problem = (status: number, title: string, remedy: string): Problem => ({ status, title, remedy });

export const problems = {
  // The request itself.
  malformed: problem(400, 'The request cannot be read', 'Send one well-formed JSON value as UTF-8.'),
  invalid: problem(400, 'The request does not fit its schema', 'Mend each place that errors[] points to.'),
  unauthenticated: problem(
    401,
    'No valid credential',
    'Send Authorization: Bearer with a key (mk.…) that is still valid, or with a token of Entra ID for this API.',
  ),
  forbidden: problem(403, 'Your role does not allow this', 'Ask an admin for a role that may call this operation.'),
  not_found: problem(404, 'There is no such thing, or you may not see it', 'Check the id; list what you may see.'),
  method_not_allowed: problem(405, 'This path has no such method', 'Use a method from the Allow header.'),
  conflict: problem(409, 'The state does not allow this', 'Read the resource again and do what its state allows.'),
  lost_race: problem(409, 'Others were changing this at the same time', 'Try again.'),
  stale: problem(412, 'The resource has changed since you read it', 'Read it again and send its new ETag in If-Match.'),
  too_large: problem(413, 'The body is too large', 'Send at most 1 MiB.'),
  unsupported_media_type: problem(
    415,
    'The body has the wrong type',
    'Send application/json without a content encoding.',
  ),
  precondition_required: problem(428, 'The current ETag is needed', 'Read the resource and send its ETag in If-Match.'),
  idempotency_key_reused: problem(
    422,
    'This Idempotency-Key was used with another body',
    'Use a new key for a new request.',
  ),
  internal: problem(500, 'Something broke on our side', 'Try again; quote trace_id if it stays.'),
  unavailable: problem(503, 'Not available at the moment', 'Try again after Retry-After seconds.'),
  outcome_unknown: problem(
    503,
    'Nobody can tell whether this was done',
    'Read what it would have changed before you send it again; with the same Idempotency-Key just send it again.',
  ),

  // Jobs.
  job_not_changeable: problem(
    409,
    'The job cannot be changed any more',
    'Retry the job as a new deployment when it has ended.',
  ),
  job_archived: problem(
    409,
    'The job ended long ago and was archived',
    'Submit its definition as a new job; what it was answered as can still be read.',
  ),
  job_ended: problem(409, 'The job has already ended', 'Use retry to start a new deployment.'),
  job_not_ended: problem(409, 'The job has not ended', 'Cancel it first, or wait for its end.'),
  unknown_template: problem(404, 'There is no template of this name', 'List the templates.'),
  unknown_unit: problem(422, 'The unit of a resource is not known', 'Use a unit that the error names.'),

  // Why a job is blocked.
  over_budget: problem(
    422,
    'The expected cost is above the budget',
    'Raise max_budget_usd, or choose a cheaper model.',
  ),
  over_token_limit: problem(
    422,
    'The expected tokens are above the limit',
    'Raise max_tokens, or make the job smaller.',
  ),
  unpriced: problem(
    422,
    'The model has no price, but the job has a budget',
    'Add a price for the model, or leave out max_budget_usd.',
  ),
  not_ready: problem(
    422,
    'What the job needs is not ready',
    'Each failed check says what to do; the job goes on by itself then.',
  ),
  budget_exhausted: problem(
    422,
    'A budget has no room',
    'Raise the budget, or wait for running jobs to return what they do not use.',
  ),
  resource_exhausted: problem(422, 'A resource has no room', 'Raise its capacity, or wait for running jobs to end.'),
  no_eligible_voters: problem(
    422,
    'Too few voters may answer',
    'Register more voters for the category who are neither the requester nor in the job.',
  ),

  // How a job ends.
  compensation_failed: problem(
    422,
    'What a failed job had done could not be undone',
    'Undo by hand what outcome_reason names, then settle the action item of this code.',
  ),

  // Approvals.
  approval_closed: problem(409, 'The question is closed', 'Nothing to do; read the approval to see how it ended.'),
  not_eligible: problem(
    403,
    'You are not in the electorate of this question',
    'Only the voters that the approval lists may answer.',
  ),
  already_voted: problem(409, 'You have already answered', 'A ballot cannot be changed.'),
  question_changed: problem(
    409,
    'The question is about another definition',
    'Read the approval and answer for its definition_sha256.',
  ),

  // Webhooks.
  webhook_limit: problem(
    409,
    'You have as many webhooks as you may',
    'Delete one of your fifty first, or widen its types.',
  ),

  // Agents and tasks.
  agent_not_active: problem(
    409,
    'The agent may not take work',
    'Ask an operator why it is isolated, draining or retired.',
  ),
  lease_lost: problem(
    409,
    'The claim is not yours any more',
    'Drop this task; its lease ran out, was withdrawn or the task has ended.',
  ),
  no_capable_agent: problem(
    422,
    'No agent may take this now',
    'Start or register one with these capabilities, or leave the task to whoever claims it first.',
  ),
  key_limit: problem(409, 'Two keys are valid already', 'Delete one of them first.'),
  name_taken: problem(409, 'The name belongs to something else', 'Choose another name.'),
  in_use: problem(409, 'It is still in use', 'Wait until the jobs that hold it have ended.'),
  too_many_messages: problem(
    422,
    'These are too many messages for one call',
    'Send at most 100, counting each copy to an agent of a role; or send to a capability.',
  ),
  channel_closed: problem(403, 'You may not send this message there', 'Send to an agent that exists, as yourself.'),
} as const satisfies Record<string, Problem>;

export type ProblemCode = keyof typeof problems;

/** Looks a code up with the optional members in view. */
export const problemOf = (code: ProblemCode): Problem => problems[code];
