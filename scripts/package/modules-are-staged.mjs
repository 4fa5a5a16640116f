/**
 * electron-builder's `beforeBuild` hook. Returns false because stage.mjs has chosen the modules: electron-builder then neither compiles nor collects any.
 * @returns {boolean}
 */
export default function beforeBuild() {
  return false;
}
