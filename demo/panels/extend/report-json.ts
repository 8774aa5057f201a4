import { version } from '../../../package.json';
import { h } from '../../dom';
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
  const url = URL.createObjectURL(new Blob([reportJson(schemes)], { type: 'application/json' }));
  const { trainedLength, targetLength } = report;
  const link = h('a', { href: url, download: `webgpu-rope-context-${trainedLength}-${targetLength}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
