/** Loads a function app as the Functions worker does, and calls its functions through the app's own library. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { installCore, type Core, type Registered, type Say } from './core.ts';
import type { Binding, InvocationRequest, InvocationResponse, TypedData } from './rpc.ts';

export interface Call {
  data: TypedData;
  metadata?: Record<string, TypedData>;
  traceParent?: string | undefined;
}

export interface Worker {
  /** Each function with its trigger. */
  functions: readonly { name: string; trigger: Binding }[];
  /** Throws what the function throws, as the host would hear of it. */
  invoke(name: string, call: Call): Promise<InvocationResponse>;
  /** Lets the app end what it does. */
  terminate(): Promise<void>;
}

/** `folder` is that of `host.json`; its package.json says in `main` what is loaded. */
export async function startWorker(folder: string, say: Say): Promise<Worker> {
  const core = installCore(say);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string };
  const entry = resolve(folder, manifest.main);
  try {
    createRequire(entry)(entry);
  } catch (error) {
    say('error', `Worker was unable to load entry point "${manifest.main}": ${String(error)}`); // and no function is there
  }
  await core.runHooks('appStart', { functionAppDirectory: folder, hookData: {}, appHookData: {} });
  if (core.functions.size > 0) await core.model().getCapabilities({});
  core.finishStart();
  return {
    functions: [...core.functions.values()].map(({ metadata }) => ({
      name: metadata.name,
      trigger: triggerOf(metadata.bindings)[1],
    })),
    invoke: (name, call) => {
      const registered = core.functions.get(name);
      if (registered === undefined) throw new Error(`there is no function ${name}`);
      return invoke({ core, say, registered, call });
    },
    terminate: () => core.runHooks('appTerminate', { hookData: {}, appHookData: {} }),
  };
}

function triggerOf(bindings: Record<string, Binding>): [string, Binding] {
  const trigger = Object.entries(bindings).find(([, { type }]) => /trigger$/i.test(type));
  if (trigger === undefined) throw new Error('a function without a trigger');
  return trigger;
}

interface Invoking {
  core: Core;
  say: Say;
  registered: Registered;
  call: Call;
}

async function invoke({ core, say, registered, call }: Invoking): Promise<InvocationResponse> {
  const { metadata, callback } = registered;
  const [name] = triggerOf(metadata.bindings);
  const request: InvocationRequest = {
    inputData: [{ name, data: call.data }],
    triggerMetadata: call.metadata ?? {},
    ...(call.traceParent === undefined ? {} : { traceContext: { traceParent: call.traceParent } }),
  };
  const model = core.model().getInvocationModel({
    invocationId: randomUUID(),
    metadata,
    request,
    state: undefined,
    log: (level, _category, message) => say(level, `${metadata.name}: ${message}`),
  });
  const { context, inputs } = await model.getArguments();
  const before = { invocationContext: context, inputs, functionCallback: callback, hookData: {}, appHookData: {} };
  await core.runHooks('preInvocation', before);
  const after = { invocationContext: context, inputs: before.inputs, hookData: before.hookData, appHookData: {} };
  const outcome = await outcomeOf(() => model.invokeFunction(context, before.inputs, before.functionCallback));
  await core.runHooks('postInvocation', { ...after, ...outcome });
  if (outcome.error !== null) throw outcome.error;
  return model.getResponse(context, outcome.result);
}

/** Hooks are told of both ends. */
async function outcomeOf(run: () => Promise<unknown>): Promise<{ result: unknown; error: Error | null }> {
  try {
    return { result: await run(), error: null };
  } catch (error) {
    return { result: null, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
