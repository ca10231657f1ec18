import { once } from "node:events"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import type { Attack, Outcome, Scene } from "../attack.js"
import { makeAuthority, noAuthority } from "../authority.js"
import { needlesIn, scan } from "../scan.js"
import type { Kind, VictimSettings } from "../victim.js"

/** Runs the app in a setting of the attacker's, and searches what was dumped. */
async function dumped(scene: Scene, kind: Kind, folder: string, settings: VictimSettings): Promise<Outcome> {
  scene.stage.handOver()
  const victim = await scene.start(kind, settings)
  const { state, code } = victim.told.at(-1) ?? {}
  return { taken: needlesIn(scan(scene.stage, [folder])), tried: [`the app: ${state} ${code ?? ""}`] }
}

export const attacks: readonly Attack[] = [
  {
    title: "a variable that makes an engine dump",
    stoppedBy: "an environment built from nothing",
    takes: ["weights"],
    run(scene, kind) {
      const folder = scene.stage.makeFolder("dumps")
      return dumped(scene, kind, folder, { environment: { ENGINE_DUMP: folder } })
    },
  },
  {
    title: "a cache folder in the working directory",
    stoppedBy: "the working directory is the vault's own",
    takes: ["weights"],
    run(scene, kind) {
      const workingDirectory = scene.stage.makeFolder("work")
      mkdirSync(join(workingDirectory, "engine_cache"))
      return dumped(scene, kind, workingDirectory, { workingDirectory })
    },
  },
  ...([".config/engine.conf", ".engine.conf"] as const).map(
    (file): Attack => ({
      title: `a configuration file in HOME: ${file}`,
      stoppedBy: "HOME is the vault's own",
      takes: ["weights"],
      run(scene, kind) {
        const folder = scene.stage.makeFolder("dumps")
        mkdirSync(join(scene.stage.home, ".config"), { recursive: true })
        writeFileSync(join(scene.stage.home, file), folder)
        return dumped(scene, kind, folder, {})
      },
    }),
  ),
  {
    title: "a configuration file in the working directory",
    stoppedBy: "the working directory is the vault's own",
    takes: ["weights"],
    run(scene, kind) {
      const workingDirectory = scene.stage.makeFolder("work")
      writeFileSync(join(workingDirectory, "engine.conf"), workingDirectory)
      return dumped(scene, kind, workingDirectory, { workingDirectory })
    },
  },
  {
    title: "node_modules and a package.json planted in the working directory",
    stoppedBy: "modules are found from the vault's own files; the working directory is its own",
    takes: ["weights"],
    run(scene, kind) {
      const workingDirectory = scene.stage.makeFolder("work")
      const write = `require("node:fs").writeFileSync(${JSON.stringify(join(workingDirectory, "taken"))}, weights)`
      writeFileSync(join(workingDirectory, "package.json"), '{ "name": "planted", "type": "commonjs" }')
      for (const name of ["engine-plugin", "@strongroom/core", "@strongroom/vault", "koffi", "age-encryption"]) {
        const place = join(workingDirectory, "node_modules", name)
        mkdirSync(place, { recursive: true })
        writeFileSync(join(place, "index.js"), `exports.loaded = (weights) => ${write}\n`)
      }
      return dumped(scene, kind, workingDirectory, { workingDirectory })
    },
  },
  {
    title: "GLIBC_TUNABLES, and other variables of the C library's",
    stoppedBy: "an environment built from nothing",
    takes: ["GLIBC_TUNABLES", "MALLOC_PERTURB_", "GCONV_PATH"],
    async run(scene, kind) {
      const environment = {
        GLIBC_TUNABLES: "glibc.malloc.perturb=85:glibc.malloc.arena_max=1",
        MALLOC_PERTURB_: "85",
        GCONV_PATH: scene.stage.home,
      }
      const victim = await scene.start(kind, { environment, engine: { deed: { name: "environment" } } })
      const { names = [] } = (victim.told.at(-1)?.facts ?? {}) as { names?: readonly string[] }
      return {
        taken: names.filter((name) => name in environment),
        tried: names.length > 0 ? [`variables: ${names.join(" ")}`] : [],
      }
    },
  },
  {
    title: "LD_DEBUG: the loader's own log, of every library and symbol",
    stoppedBy: "an environment built from nothing",
    takes: ["a log of the process with the model"],
    async run(scene, kind) {
      const folder = scene.stage.makeFolder("log")
      const environment = { LD_DEBUG: "libs", LD_DEBUG_OUTPUT: join(folder, "log") }
      const victim = await scene.start(kind, { environment })
      const logs = readdirSync(folder).map((name) => Number(name.split(".")[1]))
      const of = victim.pids().filter((pid) => logs.includes(pid))
      return {
        taken: of.length > 0 ? ["a log of the process with the model"] : [],
        tried: logs.map((pid) => `log of ${pid}: ${existsSync(`/proc/${pid}`) ? "runs" : "ended"}`),
      }
    },
  },
  {
    title: "NODE_EXTRA_CA_CERTS: a certificate authority of the attacker's",
    stoppedBy: "an environment built from nothing; there is no network",
    takes: ["a connection of the engine's"],
    missing: noAuthority,
    async run(scene, kind) {
      const folder = scene.stage.makeFolder("authority")
      const authority = makeAuthority(folder)
      scene.stage.handOver()
      const server = createServer(authority, (_, answer) => answer.end("taken"))
      server.on("tlsClientError", () => {})
      await once(server.listen(0, "localhost"), "listening")
      try {
        const { port } = server.address() as AddressInfo
        const victim = await scene.start(kind, {
          environment: { NODE_EXTRA_CA_CERTS: join(folder, "authority.pem") },
          engine: { deed: { name: "https", port } },
        })
        const status = victim.told.at(-1)?.facts?.status
        return { taken: status === 200 ? ["a connection of the engine's"] : [], tried: [`https: ${status}`] }
      } finally {
        server.close()
      }
    },
  },
]
