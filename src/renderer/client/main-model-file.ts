/** File names by kind. Of the kinds that are present, the first refers to the other files of the model. */
const BY_KIND = [/\.onnx$/i, /\.safetensors\.index\.json$/i, /^model\.json$/i, /\.safetensors$/i, /\.json$/i];

/** Index of the file to open of those that a person chose at once, such as model.json with its weight files. `names`: at least one. */
export function mainModelFile(names: readonly string[]): number {
  for (const kind of BY_KIND) {
    const found = names.findIndex((name) => kind.test(name));
    if (found >= 0) return found;
  }
  return 0;
}
