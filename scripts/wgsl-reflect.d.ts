/** The package's `main` is CommonJS under a name that says module: this is the file that Node can import. */
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
