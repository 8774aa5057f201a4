import type { Workshop } from './workshop';

/** What a consumer found, in words and numbers: recorded with it. */
export type Finding = Readonly<Record<string, string | number>>;

/** Of a finding of what no consumer can do, whatever we try: why. */
export const cannot = 'cannot be done';

/** Something that people use the package with. */
export interface Consumer {
  readonly name: string;
  readonly group: 'tools' | 'types' | 'runtimes' | 'engines';
  /** Packages of consumers/package.json whose versions are told. */
  readonly packages: readonly string[];
  /** Whether CI runs it at every change; the others run at night. */
  readonly everyChange?: boolean;
  /** @throws {Error} the package does not work there */
  readonly check: (workshop: Workshop) => Promise<Finding>;
}
