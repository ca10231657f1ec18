import { join } from "node:path"
import type { Attack } from "../attack.js"
import { ptraceDenied } from "../machine.js"
import { steal } from "../user-program.js"

export const attacks: readonly Attack[] = [
  {
    title: "a second process that connects to its channel",
    stoppedBy: "the channel has no name; its descriptors can't be taken from the vault (EPERM)",
    takes: ["a descriptor that takes what is written"],
    missing: ptraceDenied,
    async run(scene, kind) {
      const victim = await scene.start(kind)
      const folder = scene.stage.makeFolder("channel")
      const tried = victim
        .pids()
        .flatMap((pid) => steal(scene.stage, "channel", pid, join(folder, `read-${pid}`), 0, 32))
      const wrote = tried.some((one) => /^(write \d+|open fd\/\d+): done/.test(one))
      return { taken: wrote ? ["a descriptor that takes what is written"] : [], tried: [...new Set(tried)] }
    },
  },
]
