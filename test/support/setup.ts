/** Runs before every GPU test file: without an adapter the file fails; nothing is ever skipped for want of one. */
import { afterAll } from 'vitest';
import { getDevice, releaseDevice } from './gpu';

await getDevice();

afterAll(releaseDevice);
