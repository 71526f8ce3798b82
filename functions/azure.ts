/**
 * Mounts the three tables on Azure Functions: a function for each operation, stage and timer, of the same name.
 * Here names are said and nothing else: an exception would leave the host without any function.
 */
import {
  app,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions';
import { inOneProcess, onServiceBus } from '../shared/platform/forms.ts';
import { bellNames } from '../shared/platform/platform.ts';
import { hostIn, type Exchange } from './host.ts';
import { operations, schedules, stageNames } from './tables.ts';

mount(process.env);

function mount(environment: Record<string, string | undefined>): void {
  const host = hostIn(environment);
  for (const [name, address, load] of operations) mountOperation(name, address, host.exchange(name, load));
  for (const bell of onServiceBus(environment) ? bellNames : []) {
    app.serviceBusQueue(stageNames[bell], {
      connection: 'SERVICEBUS',
      queueName: bell,
      handler: (body, { triggerMetadata }) => host.hear(bell, { body, triggerMetadata }),
    });
  }
  for (const { name, schedule, local_schedule = schedule } of schedules) {
    app.timer(name, {
      schedule: inOneProcess(environment) ? local_schedule : schedule,
      handler: () => host.tick(name),
    });
  }
  app.hook.appTerminate(host.close);
}

function mountOperation(name: string, address: string, exchange: Exchange): void {
  const [method, path] = address.split(' ') as [HttpMethod, string]; // the form of an Address
  app.http(name, {
    methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
    route: path.slice(1),
    authLevel: 'anonymous', // by intent: Muster itself asks who calls
    handler: (request, context) => answer(exchange, request, context),
  });
}

/** Never throws: where answers are streamed, a throw would leave the caller waiting. */
async function answer(exchange: Exchange, request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  try {
    return await exchange(request, context.traceContext?.traceParent);
  } catch (error) {
    context.error(error); // the API answers for its own faults, so this one lies before it
    return { status: 500 };
  }
}
