declare module 'virtual:model-file' {
  const file: { readonly name: string; readonly model: string; readonly tokenizer: string } | null;
  export default file;
}
