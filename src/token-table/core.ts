import wgsl from '../../shaders/token-table.wgsl?linked';
import type { RopeConfig } from '../config/types';
import { upload } from '../kernel/buffers';
import type { KernelDevice, PipelineDescription } from '../kernel/device';
import { Kernel } from '../kernel/kernel';
import { bufferUsage } from '../kernel/usage';
import type { TableSource } from '../rope/state';
import { frequencyTurns, turnTable } from '../tables/turns';
import { tokenTableLayout } from './params';

/** What makes a {@link TokenTableCore}, checked. */
export interface TokenTableSetup {
  readonly config: RopeConfig;
  /** Frequencies; or tables of the caller's, whose rows are gathered. */
  readonly source: TableSource;
  /** Positions below this. */
  readonly most: number;
  readonly rows: number;
  readonly label: string;
}

/** What a token table has on the GPU, other than the rows. */
export class TokenTableCore {
  readonly kernel: Kernel<typeof tokenTableLayout.fields>;
  readonly config: RopeConfig;
  readonly pairs: number;
  /** Whether positions turn by frequencies. */
  readonly isTurned: boolean;
  readonly least: number;
  readonly most: number;
  /** What group 0 binds beside the parameters. */
  readonly tables: { readonly first: GPUBufferBinding; readonly second: GPUBufferBinding };
  /** A word a row: the row, or -1 where its token has no position. */
  readonly rowIds: GPUBuffer;

  constructor(device: KernelDevice, { config, source, most, rows, label }: TokenTableSetup) {
    this.config = config;
    this.pairs = config.rotaryDim / 2;
    this.isTurned = source.frequencies !== null;
    this.most = most;
    this.least = this.isTurned ? -most : 0;
    this.kernel = new Kernel(device, {
      name: 'token table',
      label,
      layout: tokenTableLayout,
      tensors: 2,
      axes: config.axes,
      describe: () => this.#describe(),
    });
    const { kernel } = this;
    const own = (data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, what: string) => ({
      buffer: kernel.own(upload(device.device, data, `${label} ${what}`)),
    });
    const { frequencies, table } = source;
    const first = own(frequencies ? turnTable(frequencies) : table.data, 'table');
    const second = frequencies ? own(frequencyTurns(frequencies.inverseFrequencies), 'frequencies') : first;
    this.tables = { first, second };
    const { STORAGE, COPY_SRC } = bufferUsage;
    this.rowIds = kernel.own(
      device.device.createBuffer({ label: `${label} row ids`, size: rows * 4, usage: STORAGE | COPY_SRC }),
    );
  }

  #describe(): PipelineDescription {
    const axes = this.config.axes?.count ?? 1;
    return {
      name: `webgpu-rope token rows ${this.isTurned} ${axes}`,
      code: wgsl,
      entryPoint: 'token_rows',
      layouts: this.kernel.layouts(true),
      constants: { AXES: axes, CACHED: this.isTurned ? 0 : 1 },
    };
  }
}
