import type { ReadElements } from '../harness/check';
import type { Rotation } from '../harness/rotation';
import type { Subject } from '../harness/subject';

/** Another way to rotate the same Q and K, ready to be checked and timed. */
export interface Peer {
  readonly subject: Subject;
  /** How it is run, for the record. */
  readonly note: string;
  /** Reads what its last run made of the rotation's Q and K. */
  readonly read: ReadElements;
  destroy(): void;
}

/**
 * Prepares a peer for what a rotation rotates. It may read and rotate the rotation's own buffers, so that a setting
 * needs no more memory than it must and every subject finds the same bytes; the harness fills them before each check.
 *
 * Where the peer cannot do this setting on this device, the result is a sentence that says why.
 */
export type MakePeer = (device: GPUDevice, rotation: Rotation) => Promise<Peer | string>;
