import { createSocket } from "node:dgram"
import { once } from "node:events"
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { join } from "node:path"
import { until } from "../../support.js"
import type { Attack, Outcome, Scene } from "../attack.js"
import { needlesIn, scan } from "../scan.js"
import type { Kind, Told } from "../victim.js"

/** Starts the app with an engine that does `deed`; what came of it, in words. */
async function told(scene: Scene, kind: Kind, deed: object): Promise<Told> {
  const victim = await scene.start(kind, { engine: { deed } })
  const last = victim.told.at(-1)
  if (last?.state !== "ran") throw new Error(`The app doesn't run: ${victim.output().subarray(0, 2000)}`)
  return last
}

const words = ({ facts }: Told): readonly string[] =>
  Object.entries(facts ?? {}).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)

/** Takes what is sent to it: TCP, a Unix socket, datagrams. */
async function listen(folder: string) {
  const got: Buffer[] = []
  const open = (server: Server) =>
    server.on("connection", (socket) => socket.on("data", (bytes: Buffer) => got.push(bytes)))
  const [tcp, unix, udp] = [open(createServer()), open(createServer()), createSocket("udp4")]
  await once(tcp.listen(0, "127.0.0.1"), "listening")
  const { port } = tcp.address() as { port: number }
  const path = join(folder, "socket")
  await once(unix.listen(path), "listening")
  chmodSync(path, 0o777)
  udp.on("message", (bytes) => got.push(bytes))
  await once(udp.bind(port, "127.0.0.1"), "listening")
  return {
    ...{ port, path, got },
    close() {
      for (const one of [tcp, unix, udp]) one.close()
    },
  }
}

export const attacks: readonly Attack[] = [
  {
    title: "an engine that writes the weights to files",
    stoppedBy: "everything is mounted read-only (EROFS); temporary places are the vault's own",
    takes: ["weights"],
    async run(scene, kind): Promise<Outcome> {
      const folder = scene.stage.makeFolder("written")
      const shared = ["/tmp", "/var/tmp", "/dev/shm"].map((place) =>
        join(place, `strongroom-attack-${process.pid}-${kind}`),
      )
      const inApp = join(scene.stage.app, "written")
      const places = [join(folder, "file"), join(scene.stage.home, "file"), inApp, ...shared]
      const last = await told(scene, kind, { name: "write", places })
      const outside = needlesIn(scan(scene.stage, [folder, scene.stage.home, scene.stage.app]))
      const left = shared.filter((place) => existsSync(place))
      for (const place of [...left, inApp]) rmSync(place, { force: true })
      return { taken: [...outside, ...left.map((place) => `a file ${place}`)], tried: words(last) }
    },
  },
  {
    title: "an engine that sends the weights away: TCP, UDP, a Unix socket",
    stoppedBy: "a filter refuses sockets (EPERM); there is no network",
    takes: ["weights"],
    async run(scene, kind) {
      const folder = scene.stage.makeFolder("received")
      const server = await listen(folder)
      try {
        const last = await told(scene, kind, { name: "connect", port: server.port, path: server.path })
        await until(() => kind === "vault" || server.got.length > 0)
        await new Promise((resolve) => setTimeout(resolve, 200))
        writeFileSync(join(folder, "received"), Buffer.concat(server.got))
        scene.stage.handOver()
        return { taken: needlesIn(scan(scene.stage, [folder])), tried: words(last) }
      } finally {
        server.close()
      }
    },
  },
  {
    title: "an engine that starts a program and gives it the weights",
    stoppedBy: "a filter and Landlock refuse exec",
    takes: ["weights"],
    async run(scene, kind) {
      const folder = scene.stage.makeFolder("started")
      const last = await told(scene, kind, { name: "spawn", command: "/usr/bin/tee", to: join(folder, "file") })
      return { taken: needlesIn(scan(scene.stage, [folder])), tried: words(last) }
    },
  },
  {
    title: "an engine that prints the weights",
    stoppedBy: "standard output and error are the null device",
    takes: ["weights"],
    async run(scene, kind) {
      const folder = scene.stage.makeFolder("printed")
      const victim = await scene.start(kind, { engine: { deed: { name: "print" } } })
      writeFileSync(join(folder, "output"), victim.output())
      scene.stage.handOver()
      return { taken: needlesIn(scan(scene.stage, [folder])), tried: words(victim.told.at(-1) ?? { state: "failed" }) }
    },
  },
  {
    title: "an engine that looks at the user's files",
    stoppedBy: "Landlock lets it read the system and the app's packages (EACCES)",
    takes: ["the user's files"],
    async run(scene, kind) {
      writeFileSync(join(scene.stage.home, "letter.txt"), "dear")
      scene.stage.handOver()
      const last = await told(scene, kind, { name: "look", folders: [scene.stage.home, scene.stage.temporary] })
      const listed = Number(last.facts?.[scene.stage.home])
      return { taken: listed > 0 ? ["the user's files"] : [], tried: words(last) }
    },
  },
]
