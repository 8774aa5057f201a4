/** A WGSL module cut down, by the build, to what these entry points reach; whole where nothing is built. */
declare module '*.wgsl?entries=rotate_chunks,rotate_words&raw' {
  const code: string;
  export default code;
}
