import { describe, expect, it } from 'vitest';
import { isSameAnswer, standingOf, strayIn, verificationId } from '../../shared/tools/verification.ts';

const at = new Date('2026-03-01T12:00:00Z');
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const asked = {
  ...{ id: 'vrf_1', deployment_id: 'deploy_1', verifier: 'audit', agent_id: 'auditor', job_id: 'job_1' },
  ...{ definition_sha256: 'abc', asked_at: at, answer_by: later(300), answered_at: null, checks: null },
};

describe('a verification', () => {
  it.each([
    ['nobody was asked', undefined, 'ask'],
    ['another agent was asked', { ...asked, agent_id: 'other' }, 'ask'],
    ['the answer may still come', asked, 'wait'],
    ['the answer never came', { ...asked, answer_by: at }, 'ask'],
    ['there is an answer', { ...asked, answered_at: at, checks: [] }, 'use'],
    ['the answer came late', { ...asked, answer_by: later(-60), answered_at: later(-1), checks: [] }, 'use'],
    ['the answer is as old as can be', { ...asked, answered_at: later(-600), checks: [] }, 'use'],
    ['the answer is too old', { ...asked, answered_at: later(-601), checks: [] }, 'ask'],
  ])('where %s', (_, row, standing) => {
    expect(standingOf(row, { agent_id: 'auditor', at })).toBe(standing);
  });

  it('has one id for one try, and another for each other', () => {
    const about = { deployment_id: 'deploy_1', verifier: 'audit', version: 2 };
    expect(verificationId(about)).toMatch(/^vrf_[0-9a-f]{40}$/);
    const others = [about, { ...about, version: 3 }, { ...about, verifier: 'legal' }, { ...about, deployment_id: 'd' }];
    expect(new Set([...others, { ...about }].map(verificationId)).size).toBe(4);
  });

  it('is answered by what is about the same', () => {
    const answer = { job_id: 'job_1', deployment_id: 'deploy_1', definition_sha256: 'abc', checks: [] };
    expect(strayIn(asked, answer)).toBeUndefined();
    for (const field of ['job_id', 'deployment_id', 'definition_sha256'])
      expect(strayIn(asked, { ...answer, [field]: 'other' })).toBe(`it is about another ${field} than was asked about`);
  });

  it('knows the same answer again', () => {
    const check = { name: 'a', state: 'passed' as const, reason: 'b' };
    expect([isSameAnswer([check], [{ ...check }]), isSameAnswer([check], [])]).toEqual([true, false]);
  });
});
