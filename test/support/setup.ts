/** Runs before every GPU test file: without an adapter the file fails; nothing is ever skipped for want of one. */
import { getDevice } from './gpu';

await getDevice();
