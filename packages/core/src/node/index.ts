/**
 * What needs Node: files, and the cryptography of node:crypto.
 *
 * @module
 */
export { brotli } from "./brotli.js"
export { artifactFolder } from "./cache-folder.js"
export { changeableByOthers } from "./changeable-by-others.js"
export { nodeCryptography } from "./cryptography.js"
export { type FileSinkOptions, fileSink } from "./file-sink.js"
export { fileSource, namedFileSource, openFile } from "./file-source.js"
export { type FileStoreOptions, fileStore } from "./file-store.js"
export { gpuDeviceNodes } from "./gpu-device-nodes.js"
export { type ImportPathOptions, importPath } from "./import-path.js"
export { isBroadFolder, libraryPlaces } from "./library-places.js"
export { makeFolder } from "./make-folder.js"
