import { version } from '../../../package.json';
import { downloadJson } from '../../widgets/download';
import type { ComparedScheme } from './compare';
import { configInput } from './config-text';

/** The report of all schemes as JSON: what `contextReport` gives for each, with the config that it is for. */
export function reportJson(schemes: readonly ComparedScheme[]): string {
  const plain = schemes.map(({ name, title, note, config, report, treatment }) => ({
    name,
    title,
    note,
    config: configInput(config),
    treatment,
    report,
  }));
  const text = JSON.stringify(
    { package: `webgpu-rope ${version}`, schemes: plain },
    (_, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value),
    2,
  );
  return `${text}\n`;
}

export function downloadReport(schemes: readonly ComparedScheme[]): void {
  const report = schemes[0]?.report;
  if (!report) return;
  const { trainedLength, targetLength } = report;
  downloadJson(`webgpu-rope-context-${trainedLength}-${targetLength}.json`, reportJson(schemes));
}
