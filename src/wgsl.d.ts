/** A WGSL module with all that it imports, as plain text (scripts/shaders.ts). */
declare module '*.wgsl?linked' {
  const code: string;
  export default code;
}
