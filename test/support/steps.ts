/** How much code runs, counted: the same on every machine, where milliseconds are not. */
import { Session } from 'node:inspector/promises';

/**
 * Counts steps from here on: functions called and blocks entered, those of loops each time round. Ask for it before the
 * functions in question run for the first time: blocks are counted in code that is compiled later.
 *
 * @returns Steps of this project's sources while `body` runs.
 */
export async function countSteps(): Promise<(body: () => unknown) => Promise<number>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return async (body) => {
    await session.post('Profiler.takePreciseCoverage');
    body();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result
      .filter(({ url }) => url.includes('/src/'))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0);
  };
}
