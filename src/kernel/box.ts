/** Three numbers of a tensor's dimensions: batch, token, head. */
export type Dimensions = [batch: number, token: number, head: number];

/** Part of a tensor: the first sequence, token and head, and how many of each. */
export interface Box {
  readonly at: Dimensions;
  readonly counts: Dimensions;
}
