/**
 * electron-builder's `beforeBuild` hook. False tells it that stage.mjs chose the modules: it neither compiles nor collects any.
 * @returns {boolean}
 */
export default function beforeBuild() {
  return false;
}
