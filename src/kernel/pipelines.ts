import type { KernelDevice, PipelineDescription } from './device';

/** The pipelines of one kernel, by an index of the kernel's own: looked up at every encode. */
export class Pipelines {
  readonly #byIndex: (GPUComputePipeline | undefined)[] = [];

  constructor(
    private readonly device: KernelDevice,
    private readonly describe: (index: number) => PipelineDescription,
  ) {}

  /** Compiles these; the only wait there is. */
  async prepare(indices: readonly number[]): Promise<void> {
    await Promise.all(
      indices.map(async (index) => {
        this.#byIndex[index] ??= await this.device.compileAhead(this.describe(index));
      }),
    );
  }

  has(index: number): boolean {
    return this.#byIndex[index] !== undefined;
  }

  /** A pipeline that was prepared; any other is compiled now. */
  at(index: number): GPUComputePipeline {
    return this.#byIndex[index] ?? this.#compile(index);
  }

  #compile(index: number): GPUComputePipeline {
    const pipeline = this.device.compileNow(this.describe(index));
    this.#byIndex[index] = pipeline;
    return pipeline;
  }
}
