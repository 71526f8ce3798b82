import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { made, pages } from '../../docs/generate.ts';
import { lifecyclePage } from '../../docs/generate/lifecycle.ts';
import { table } from '../../docs/generate/markdown.ts';
import { settingsPage } from '../../docs/generate/settings.ts';

describe('a generated page is up to date; if it is not, run: node docs/generate.ts', () => {
  it.each(Object.entries(pages))('%s', async (file, page) => {
    expect(readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')).toBe(await made(file, page));
  });
});

describe('what is generated', () => {
  it('shows defaults as they would be written in the environment', () => {
    const page = settingsPage();
    expect(page).toContain('| `APPROVAL_DEADLINE` | `24h` |');
    expect(page).toContain('| `AGENT_HEARTBEAT_INTERVAL` | `30s` |');
    expect(page).toContain('| `MONTHLY_BUDGET_USD` | `1000` |');
    expect(page).toContain('| `PORT` | `7071` |');
    expect(page).toContain('| `OUTBOUND_ALLOW` | none |');
    expect(page).toContain('| `MUSTER_ADMIN_KEY` |  |');
  });

  it('draws each way that only few states have', () => {
    const page = lifecyclePage();
    for (const arrow of [
      'submitted --> estimated: estimated',
      'blocked --> awaiting_approval: resumed',
      'learning --> succeeded: learned',
    ]) {
      expect(page).toContain(arrow);
    }
    expect(page).not.toContain('--> cancelled: cancelled');
  });

  it('keeps bars and line ends inside their cells', () => {
    expect(table(['a'], [['x|y\nz']])).toBe('| a |\n| --- |\n| x\\|y z |');
  });
});
