/** Budgets: what may be spent in a period, and what is. */
import { Budget, BudgetInput } from '../../shared/budgets/budget.ts';
import { getBudget, listBudgets, putBudget } from '../../shared/budgets/set.ts';
import { listOf } from './lists.ts';
import { route } from './route.ts';

export const budgetRoutes = [
  route('listBudgets', 'GET /v1/deployment/budgets', {
    answer: () => listOf(Budget),
    refuses: [],
    run: async ({ platform }) => ({ items: await listBudgets(platform), next: null }),
  }),
  route('getBudget', 'GET /v1/deployment/budgets/{scope}', {
    answer: () => Budget,
    etag: true,
    refuses: ['not_found'],
    run: ({ platform, caller, input }) => getBudget(platform, caller, input),
  }),
  route('putBudget', 'PUT /v1/deployment/budgets/{scope}', {
    body: () => BudgetInput,
    answer: () => Budget,
    etag: true,
    heeds: ['if_match'],
    refuses: ['not_found'],
    run: ({ platform, caller, input, request }) =>
      putBudget(platform, caller, { ...input, if_match: request.if_match }),
  }),
];
