// Compiles native/*.c, as the vault's script does for the vault's.
import { fileURLToPath } from "node:url"
import { buildNative } from "../../vault/scripts/build-native.mjs"

buildNative(fileURLToPath(new URL("..", import.meta.url)), "leak and sweep work, audit says that it can't.")
