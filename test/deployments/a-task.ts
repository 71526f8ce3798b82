/** A task as the plan sees it. */
import type { TaskState } from '../../shared/deployments/plan.ts';

export const aTask = (name: string, facts: Partial<TaskState> = {}): TaskState => ({
  name,
  state: 'waiting',
  depends_on: [],
  progress: null,
  output: null,
  expected_seconds: 60,
  elapsed_seconds: 0,
  ...facts,
});
