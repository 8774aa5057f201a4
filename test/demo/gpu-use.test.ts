import { expect, test } from 'vitest';
import type { AdapterSummary, MissingGpu } from '../../demo/shell/adapter';
import { gpuUse } from '../../demo/shell/gpu-use';

const there = Promise.resolve({ name: 'a GPU' } as AdapterSummary);
const missing = Promise.resolve<MissingGpu>({ why: 'none', remedy: 'none' });

/** A task that fails where `fails` says so, and notes where it ran. */
function taskOf(fails: (gpu: boolean) => Error | undefined) {
  const ran: boolean[] = [];
  const task = async (gpu: boolean): Promise<string> => {
    ran.push(gpu);
    const error = fails(gpu);
    if (error) throw error;
    return gpu ? 'gpu' : 'cpu';
  };
  return { ran, task };
}

test('a GPU that works is used each time; without one the CPU is', async () => {
  const given: unknown[] = [];
  const { ran, task } = taskOf(() => undefined);
  const use = gpuUse(there, (error) => given.push(error));
  expect(await use.run(task)).toBe('gpu');
  expect(await use.run(task)).toBe('gpu');
  expect(await gpuUse(missing, (error) => given.push(error)).run(task)).toBe('cpu');
  expect(ran).toEqual([true, true, false]);
  expect(given).toEqual([]);
});

test('a GPU that fails is given up once, and the CPU goes on, also where several fail at once', async () => {
  const given: unknown[] = [];
  const trouble = new Error('lost');
  const { ran, task } = taskOf((gpu) => (gpu ? trouble : undefined));
  const use = gpuUse(there, (error) => given.push(error));
  expect(await Promise.all([use.run(task), use.run(task)])).toEqual(['cpu', 'cpu']);
  expect(await use.run(task)).toBe('cpu');
  expect(ran).toEqual([true, true, false, false, false]);
  expect(given).toEqual([trouble]);
  expect(use.failure).toBe(trouble);
});

test('what fails on the CPU too is no fault of the GPU', async () => {
  const given: unknown[] = [];
  const { task } = taskOf((gpu) => new Error(gpu ? 'on the GPU' : 'on the CPU'));
  const use = gpuUse(there, (error) => given.push(error));
  await expect(use.run(task)).rejects.toThrow('on the CPU');
  expect(given).toEqual([]);
  expect(use.failure).toBeUndefined();
});

test('an abort is passed on, and a request that was overtaken proves nothing', async () => {
  const { ran, task } = taskOf(() => new DOMException('ended', 'AbortError'));
  const use = gpuUse(there, () => expect.unreachable());
  await expect(use.run(task)).rejects.toThrow('ended');
  expect(ran).toEqual([true]);
  const overtaken = await use.run(async (gpu) => {
    if (gpu) throw new Error('lost');
    return undefined;
  });
  expect(overtaken).toBeUndefined();
  expect(use.failure).toBeUndefined();
});
