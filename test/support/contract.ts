/** The numerics contract for tests: what the page and the benchmark compare with, and a failure that says where. */
import { type ContractCheck, type ContractResult, checkContract } from '../../bench/harness/contract';

export * from '../../bench/harness/contract';

/**
 * `checkContract`, throwing if it fails.
 *
 * @throws {Error} with index, place, got, expected and tolerance of the first failures, and how many there are
 */
export function expectContract(check: ContractCheck, what = 'numerics contract'): ContractResult {
  const result = checkContract(check);
  if (result.failureCount > 0 || !(result.worst <= 1)) {
    const lines = result.failures.map(
      (failure) =>
        `  [${failure.index}] ${failure.place}: got ${failure.got} (0x${failure.gotBits.toString(16)}), ` +
        `expected ${failure.expected} (0x${failure.expectedBits.toString(16)}) within ${failure.tolerance}`,
    );
    const count = `${result.failureCount} of ${check.before.length} elements wrong (${result.rotated} rotated)`;
    throw new Error(`${what}: ${count}\n${lines.join('\n')}`);
  }
  return result;
}
