/** All that the package exports, whatever its subpath. */
export * from '../../src';
export * from '../../src/subpaths/additive';
export * from '../../src/subpaths/analysis';
export * from '../../src/subpaths/bias';
export * from '../../src/subpaths/reference';
