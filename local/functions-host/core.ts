/**
 * Stands in for the module `@azure/functions-core`, which the Functions worker gives to an app and nobody can
 * install: the app's library names its functions and hooks here. See docs/functions.md.
 */
import Module from 'node:module';
import type { FunctionMetadata, InvocationModel, CoreInvocation } from './rpc.ts';

export type Callback = (...inputs: unknown[]) => unknown;

export interface Registered {
  metadata: FunctionMetadata;
  callback: Callback;
}

export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(invocation: CoreInvocation): InvocationModel;
  getCapabilities(given: Record<string, string>): Promise<Record<string, string>>;
}

type Hook = (context: object) => unknown;

export interface Core {
  functions: ReadonlyMap<string, Registered>;
  model(): ProgrammingModel;
  /** Runs the hooks of one kind, such as `appTerminate`, in the order they were given. */
  runHooks(kind: string, context: object): Promise<void>;
  /** From now on no function can be named: the real worker has told the host all of them. */
  finishStart(): void;
}

export type Say = (level: string, message: string) => void;

/** Puts the stand-in where `require` finds it, for this whole process. */
export function installCore(say: Say): Core {
  const functions = new Map<string, Registered>();
  const hooks = new Map<string, Hook[]>();
  let model: ProgrammingModel | undefined;
  let started = false;
  giveToApps({
    version: '3.0.0',
    hostVersion: '4.1040.0',
    setProgrammingModel: (given: ProgrammingModel) => (model = given),
    getProgrammingModel: () => model,
    registerFunction: (metadata: FunctionMetadata, callback: Callback) => {
      if (started) throw new Error('A function can only be registered during app startup.');
      functions.set(metadata.name, { metadata, callback });
      return { dispose: () => functions.delete(metadata.name) };
    },
    registerHook: (kind: string, hook: Hook) => {
      hooks.set(kind, [...(hooks.get(kind) ?? []), hook]);
      return { dispose: () => hooks.set(kind, hooks.get(kind)?.filter((other) => other !== hook) ?? []) };
    },
    log: (level: string, _category: string, message: string) => say(level, message),
  });
  return {
    functions,
    model: () => {
      if (model === undefined) throw new Error('the app has named no function');
      return model;
    },
    runHooks: async (kind, context) => {
      for (const hook of hooks.get(kind) ?? []) await hook(context);
    },
    finishStart: () => {
      started = true;
    },
  };
}

/** As the worker does it: only `require` knows the module, an `import` would not find it. */
function giveToApps(core: object): void {
  const prototype = Module.prototype as { require: (id: string) => unknown };
  const usual = prototype.require;
  prototype.require = function required(this: unknown, id: string): unknown {
    return id === '@azure/functions-core' ? core : usual.call(this, id);
  };
}
