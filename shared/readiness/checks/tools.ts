/** Tools: registered, with enough calls a minute, and up. */
import { OutboundFault } from '../../platform/outbound/outbound.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ToolStanding } from '../../tools/store.ts';
import { awaitedTool } from '../../tools/use.ts';
import type { ToolNeed } from '../question.ts';
import { easedIf, failed, passed, type Finding, type ReadinessCheck } from '../readiness.ts';
import { timed } from '../timed.ts';

const probeMilliseconds = 2000;
/** Of a probe's answer only the status counts. */
const probeBytes = 64 * 1024;

type Tools = ReadonlyMap<string, ToolStanding>;

export async function checkTools(
  platform: Platform,
  needs: readonly ToolNeed[],
  tools: Tools,
): Promise<ReadinessCheck[]> {
  const checks = await Promise.all(
    needs.map((need) =>
      timed(platform.clock, async () => [
        easedIf(need.optional, await checkTool(platform, need, tools.get(need.name))),
      ]),
    ),
  );
  return checks.flat();
}

async function checkTool(platform: Platform, need: ToolNeed, tool: ToolStanding | undefined): Promise<Finding> {
  const name = awaitedTool(need.name);
  if (tool === undefined)
    return failed(
      name,
      `The tool "${need.name}" is not registered.`,
      'Register it with POST /v1/deployment/tools/register.',
    );
  const limit = rateProblem(need, tool);
  if (limit !== null) return failed(name, limit.reason, limit.remedy);
  if (tool.probe_url === null) return passed(name, 'It is registered; it has no probe.');
  const { up, reason } = await probe(platform, tool.probe_url);
  return up
    ? passed(name, reason)
    : failed(name, `The probe of "${tool.name}" says: ${reason}`, 'Bring the tool up, or register another probe_url.');
}

/**
 * What is wrong with the calls a minute, or null; without a limit nothing is. A job that makes more calls than
 * a minute allows spreads them, and needs a whole minute's. Pure.
 */
export function rateProblem(need: ToolNeed, tool: Pick<ToolStanding, 'name' | 'rate_limit' | 'calls'>) {
  const { rate_limit, calls, name } = tool;
  if (rate_limit === null) return null;
  if (rate_limit < need.min_rate_limit)
    return {
      reason: `"${name}" allows ${rate_limit} calls a minute and the job needs ${need.min_rate_limit}.`,
      remedy: 'Register a higher rate_limit, or lower min_rate_limit.',
    };
  const free = Math.max(0, rate_limit - calls);
  if (free >= Math.min(need.estimated_calls, rate_limit)) return null;
  return {
    reason: `"${name}" has ${free} of ${rate_limit} calls free this minute and the job makes ${need.estimated_calls}.`,
    remedy: 'Wait a minute, or register a higher rate_limit.',
  };
}

/** Whether something answers there. An answer that asks for credentials, or for another method, is an answer. */
export async function probe(
  { outbound }: Pick<Platform, 'outbound'>,
  url: string,
): Promise<{ up: boolean; reason: string }> {
  try {
    const limits = { timeout_milliseconds: probeMilliseconds, max_answer_bytes: probeBytes };
    const { status } = await outbound.call({ url, ...limits });
    const up = status < 400 || [401, 403, 405].includes(status);
    return { up, reason: `it answers with ${status}.` };
  } catch (error) {
    // That the tool cannot be reached is what the check is there to find out.
    if (!(error instanceof OutboundFault)) throw error;
    if (error.kind === 'too_large') return { up: true, reason: 'it answers at length.' };
    return { up: false, reason: `${error.message}.` };
  }
}
