// Runs sealed bundles of OpenCL C in a vault, one after the other. Takes JSON: folders with model.sealed, model.grant,
// model.key and publisher.pub; the options of opencl(); variables that its code sets besides; the cache policy and the store's
// folder; an ending. Prints what came of it. With the ending "leave" the vault is killed when
// they have run, and this process with it.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { opencl } from "@strongroom/backend-opencl"
import { fileStore, openVault } from "@strongroom/vault"

const { folders, options, environment, cache, store, ending } = JSON.parse(process.argv[2])
const backend = opencl(options)
const needs = { ...backend.needs, environment: { ...backend.needs.environment, ...environment } }

let pid
try {
  const vault = await openVault({
    backend: { ...backend, needs },
    cache,
    ...(cache === "sealed" && { artifactStore: fileStore(store) }),
    log(event) {
      if (event.event === "started") pid = event.pid
    },
  })
  try {
    for (const folder of folders) {
      const session = await vault.load(join(folder, "model.sealed"), {
        grant: join(folder, "model.grant"),
        identity: { file: join(folder, "model.key") },
        trust: [join(folder, "publisher.pub")],
      })
      const { results } = await session.run({})
      console.log(`ran: ${Buffer.from(results.data).toString("hex")}`)
    }
    if (ending === "leave") for (const one of [...family(pid), process.pid]) process.kill(one, "SIGKILL")
  } finally {
    await vault.close()
  }
} catch (error) {
  console.log(`refused: ${error.code ?? error.stack}`)
}

/** A process and all below it, the youngest first: in a jail the vault is its parent half's child. */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean).map(Number)
  return [...children.flatMap(family), pid]
}
