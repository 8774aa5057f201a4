/** A WGSL module with all that it imports, as plain text (scripts/shaders.ts). */
declare module '*.wgsl?linked' {
  const code: string;
  export default code;
}

/** The same, with f16 converted by the device's own type. */
declare module '*.wgsl?linked&native_f16' {
  const code: string;
  export default code;
}
