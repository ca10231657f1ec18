// node scripts/tfjs-node.mjs: sets up tfjs-node for the tests, and prints the variable by which they find it.
import { tfjsNode } from "./lib/tfjs-node.mjs"

for (const [name, value] of Object.entries(await tfjsNode())) console.log(`${name}=${value}`)
