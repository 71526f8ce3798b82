/** Every operation over HTTP. A resource's routes stand in its own file of `http/`. */
import { actionItemRoutes } from './http/action-items.ts';
import { ownCardRoutes } from './http/own-card.ts';
import { agentRoutes } from './http/agents.ts';
import { approvalRoutes } from './http/approvals.ts';
import { budgetRoutes } from './http/budgets.ts';
import { deploymentRoutes } from './http/deployments.ts';
import { documentRoutes } from './http/documents.ts';
import { eventRoutes } from './http/events.ts';
import { insightRoutes } from './http/insights.ts';
import { jobRoutes } from './http/jobs.ts';
import { livenessRoutes } from './http/liveness.ts';
import { maintenanceRoutes } from './http/maintenance.ts';
import { messageRoutes } from './http/messages.ts';
import { priceRoutes } from './http/prices.ts';
import { principalRoutes } from './http/principals.ts';
import { rotaRoutes } from './http/rota.ts';
import type { Route } from './http/route.ts';
import { taskRoutes } from './http/tasks.ts';
import { templateRoutes } from './http/templates.ts';
import { toolRoutes } from './http/tools.ts';
import { webhookRoutes } from './http/webhooks.ts';

export const routes: readonly Route[] = [
  ...jobRoutes,
  ...deploymentRoutes,
  ...templateRoutes,
  ...approvalRoutes,
  ...toolRoutes,
  ...budgetRoutes,
  ...priceRoutes,
  ...insightRoutes,
  ...livenessRoutes,
  ...principalRoutes,
  ...agentRoutes,
  ...actionItemRoutes,
  ...taskRoutes,
  ...messageRoutes,
  ...eventRoutes,
  ...maintenanceRoutes,
  ...webhookRoutes,
  ...rotaRoutes,
  ...ownCardRoutes,
  ...documentRoutes(() => routes),
];
