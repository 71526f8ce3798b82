/** Prometheus text (exposition format 0.0.4). */
import type { Platform } from '../platform/platform.ts';
import { checkHealth } from './health.ts';
import { openItemsByCode } from './store/figures.ts';
import { getStatistics } from './statistics.ts';

interface Metric {
  name: string;
  help: string;
  values: [labels: string, value: number][];
}

export async function metricsText(platform: Platform): Promise<string> {
  const { jobs, tasks, messages, key_figures } = await getStatistics(platform);
  const { checks } = await checkHealth(platform);
  const items = await openItemsByCode(platform.db.read, {});
  const metrics: Metric[] = [
    { name: 'muster_jobs', help: 'Jobs by state.', values: byLabel('state', jobs) },
    { name: 'muster_tasks', help: 'Tasks by state.', values: byLabel('state', tasks) },
    { name: 'muster_messages', help: 'Messages by state.', values: byLabel('state', messages) },
    {
      name: 'muster_action_items',
      help: 'Open action items by code.',
      values: items.map(({ code, count }) => [labels({ code }), count]),
    },
    {
      name: 'muster_key_figure',
      help: 'Key figures over recent work; units in the label.',
      values: key_figures.flatMap(({ name, unit, value }) => (value === null ? [] : [[labels({ name, unit }), value]])),
    },
    {
      name: 'muster_up',
      help: '1 when the check is ok.',
      values: checks.map(({ name, status }) => [labels({ check: name }), status === 'ok' ? 1 : 0]),
    },
    {
      name: 'muster_health_figure',
      help: 'Figures of the health checks.',
      values: checks.flatMap(({ name, figures }) =>
        Object.entries(figures).flatMap(([figure, value]): [string, number][] =>
          value === null ? [] : [[labels({ check: name, figure }), value]],
        ),
      ),
    },
  ];
  return metrics.map(text).join('');
}

const byLabel = (label: string, counts: Record<string, number>): [string, number][] =>
  Object.entries(counts).map(([value, count]) => [labels({ [label]: value }), count]);

const labels = (values: Record<string, string>): string =>
  `{${Object.entries(values)
    .map(([name, value]) => `${name}="${value.replaceAll(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`)
    .join(',')}}`;

const text = ({ name, help, values }: Metric): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${values.map(([label, value]) => `${name}${label} ${value}\n`).join('')}`;
