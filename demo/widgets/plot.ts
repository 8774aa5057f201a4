/**
 * The parts of Observable Plot that the page draws with, as one chunk that loads with the first chart. Named one by one,
 * so that the rest is left out: add a mark here where a panel needs it, and see test/demo/weight.test.ts.
 */
export {
  areaY,
  dot,
  frame,
  gridX,
  gridY,
  line,
  lineY,
  link,
  plot,
  ruleX,
  ruleY,
  text,
} from '@observablehq/plot';
