// Writes the tables of docs/environments.md, from consumers/results.json: `npx tsx scripts/docs-environments.ts`.
import { type Recorded, recordedResults } from '../consumers/harness/results';
import { markdownTable, withSection, writeWhenRun } from './docs-pages';

/** "webgpu 0.6.2, Node 20.20.2": what it was, by its own words. */
function whatRan({ versions, finding }: Recorded): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const told = [finding.browser, finding.node === undefined ? undefined : `Node ${finding.node}`];
  return [...named, ...told].filter((text) => text !== undefined).join(', ') || '–';
}

/** What was found besides, in words and numbers. */
function whatWasFound({ finding }: Recorded): string {
  const apart = ['error', 'browser', 'node', 'adapter'];
  const rest = Object.entries(finding).filter(([name]) => !apart.includes(name));
  return rest.map(([name, value]) => `${name}: ${value}`).join('; ') || '–';
}

function tableOf(group: Recorded['group']): string {
  const results = recordedResults().filter((one) => one.group === group);
  if (results.length === 0) return 'Not recorded yet.\n';
  const rows = results.map((one) => [
    one.name,
    whatRan(one),
    String(one.finding.adapter ?? '–'),
    one.finding.error === undefined ? '–' : String(one.finding.error),
    whatWasFound(one),
    one.date,
  ]);
  return markdownTable(['', 'ran', 'adapter', 'error', 'found', 'last run'], rows);
}

/** The page, as it has to be. */
export const environmentsPage = (page: string): string =>
  (['runtimes', 'engines', 'tools', 'types'] as const).reduce(
    (text, group) => withSection(text, group, tableOf(group)),
    page,
  );

void writeWhenRun(import.meta.url, 'environments.md', environmentsPage);
