/** Files of docs/guide.md, served by page-modules.ts. They export nothing that a test needs: they throw. */
declare module 'guide:*';
declare module 'guide-with-mistake:*';

/** Files of docs/wgsl.md. test/docs/wgsl.test.ts holds these declarations against them. */
declare module 'wgsl-page:kernel.wgsl' {
  const code: string;
  export default code;
}
declare module 'wgsl-page:cache-writer.ts' {
  import type { RopeState } from 'webgpu-rope';

  export function writeKeys(
    device: GPUDevice,
    code: string,
    state: RopeState,
    keys: {
      projected: GPUBuffer;
      cache: GPUBuffer;
      tokens: number;
      heads: number;
      position: number;
      row: number;
    },
  ): GPUCommandBuffer;
}
declare module 'wgsl-page:host.ts' {
  import type { RopeStateTable } from 'webgpu-rope';

  export function rotateQ(
    device: GPUDevice,
    wgsl: string,
    table: RopeStateTable,
    q: { buffer: GPUBuffer; tokens: number; heads: number; headDim: number; start: number },
  ): GPUCommandBuffer;
}
