import { existsSync } from "node:fs"
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, stat, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { librariesIn, whyNoGpu } from "../src/cuda.js"
import { closeToOthers } from "../src/setup/close-to-others.js"
import { setUp } from "../src/setup/index.js"
import { placeOf } from "../src/setup/place.js"

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "strongroom-test-")))
})
afterEach(() => rm(folder, { recursive: true }))

/** A compiler that there is, so that nothing fails before the folder is looked at; it is never run. */
const compiler = process.execPath

describe.runIf(process.platform === "linux" && process.arch === "x64")("setting up, in a folder", () => {
  const failed = (path: string) =>
    setUp("tfjs-cpu", { folder: path, compiler }).then(
      () => "done",
      ({ code, message }) => `${code}: ${message}`,
    )

  it("that can't be made is told, before anything is downloaded", async () => {
    const file = join(folder, "file")
    await writeFile(file, "")
    for (const path of [file, join(file, "x"), "/proc/x", "/proc/x/y"]) {
      expect(await failed(path)).toContain("sink-failed: The folder for tfjs-node can't be made")
    }
  })

  it("that others can write in is refused, before anything is downloaded", async () => {
    await mkdir(join(folder, "open/inner"), { recursive: true })
    await chmod(join(folder, "open"), 0o777)
    await symlink("open/inner", join(folder, "link"))
    for (const path of ["open", "open/inner", "open/new", "link"]) {
      const message = await failed(join(folder, path))
      expect(message).toContain(
        `sink-failed: What lies in the folder for tfjs-node runs in vaults, and others can write to`,
      )
      expect(message).toContain(join(folder, "open"))
    }
    expect(await readdir(join(folder, "open"), { recursive: true })).toEqual(["inner"])
  })

  it("where others could have changed what is there runs none of it", async () => {
    const ran = join(folder, "ran")
    const tfjs = join(placeOf("tfjs-cpu", folder), "node_modules/@tensorflow/tfjs-node")
    const files = [
      "lib/napi-v8/tfjs_binding.node",
      "deps/lib/libtensorflow.so.2",
      "deps/nvidia/cudnn/lib/libcudnn.so.9",
    ]
    for (const file of files) {
      await mkdir(dirname(join(tfjs, file)), { recursive: true })
      await writeFile(join(tfjs, file), "")
    }
    await writeFile(join(tfjs, "package.json"), '{ "name": "@tensorflow/tfjs-node", "main": "index.js" }')
    await writeFile(join(tfjs, "index.js"), `require("node:fs").writeFileSync(${JSON.stringify(ran)}, "")`)
    for (const [path, mode] of [
      ...files.map((file) => [join(tfjs, file), 0o666] as const),
      [join(tfjs, "deps/nvidia/cudnn/lib"), 0o777],
      [join(tfjs, "lib"), 0o757],
      [tfjs, 0o777],
    ] as const) {
      const { mode: before } = await stat(path)
      await chmod(path, mode)
      expect(await failed(folder)).toContain(`sink-failed`)
      await chmod(path, before)
    }
    expect(existsSync(ran)).toBe(false)
    // The control: what nobody else could have changed is tried.
    expect(await failed(folder)).toContain("backend-missing: Trying tfjs-node failed")
    expect(existsSync(ran)).toBe(true)
  })

  it("takes no choice that there isn't", async () => {
    await expect(setUp("tfjs-cpu", { folder, nvidia: "always" })).rejects.toThrow(RangeError)
    await expect(setUp("tfjs-gpu", { folder, nvidia: true as unknown as "always" })).rejects.toThrow(RangeError)
    expect(await readdir(folder)).toEqual([])
  })
})

it.runIf(process.platform !== "win32")("what is built is closed to others' writing, as deep as it goes", async () => {
  await mkdir(join(folder, "a/b"), { recursive: true })
  const outside = await mkdtemp(join(tmpdir(), "strongroom-test-"))
  await chmod(outside, 0o777)
  await writeFile(join(folder, "a/b/program"), "")
  await symlink(outside, join(folder, "a/link"))
  for (const [path, mode] of [
    ["a", 0o775],
    ["a/b", 0o777],
    ["a/b/program", 0o776],
  ] as const) {
    await chmod(join(folder, path), mode)
  }
  await closeToOthers(folder)
  const modes = await Promise.all(
    ["a", "a/b", "a/b/program"].map(async (path) => (await stat(join(folder, path))).mode & 0o777),
  )
  expect(modes).toEqual([0o755, 0o755, 0o754])
  // Links lead to what isn't its own.
  expect((await stat(outside)).mode & 0o777).toBe(0o777)
  await rm(outside, { recursive: true })
})

describe("why TensorFlow computes on the CPU", () => {
  const cuda = ["libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11"]
  const all = ["libcuda.so.1", "libnvidia-ml.so.1", ...cuda, "libcusolver.so.11", "libcusparse.so.12", "libcudnn.so.9"]

  it("is read from which libraries it has opened", () => {
    expect(whyNoGpu([], false)).toContain("no device of NVIDIA's")
    expect(whyNoGpu(["libc.so.6"], true)).toContain("there is no libcuda.so.1")
    expect(whyNoGpu(["libcuda.so.1"], true)).toContain("libnvidia-ml.so.1")
    const missing = whyNoGpu(
      all.filter((name) => name !== "libcusolver.so.11"),
      true,
    )
    expect(missing).toContain("TensorFlow didn't open libcusolver.so.11:")
    expect(missing).toContain("npx strongroom setup tfjs-gpu --nvidia always")
    expect(whyNoGpu(all, true)).toContain("uses none of the GPUs")
    // As installed by a driver, and by NVIDIA's own packages: what is opened are links.
    const installed = ["libcuda.so.570.133.07", "libnvidia-ml.so.570.133.07"]
    expect(whyNoGpu(installed, true)).toContain("TensorFlow didn't open libcudart.so.12,")
    expect(whyNoGpu([...installed, "libcudart.so.12.9.79", "libcudnn.so.90"], true)).toContain(
      "TensorFlow didn't open libcublas.so.12, libcublasLt.so.12, libcufft.so.11, libcusolver.so.11, libcusparse.so.12, libcudnn.so.9:",
    )
  })

  it("by their names alone, whatever their folders", () => {
    const maps = `
7f31a8400000-7f31a8600000 r--p 00000000 00:1f 51 /opt/a folder/libcudnn.so.9
7f31a8600000-7f31a8700000 r-xp 00000000 00:1f 51 /opt/a folder/libcudnn.so.9
7f31a8800000-7f31a8900000 r--p 00000000 00:1f 52 /usr/lib/libcuda.so.1
7f31a8a00000-7f31a8b00000 rw-p 00000000 00:00 0  [heap]
7f31a8c00000-7f31a8d00000 r--p 00000000 00:1f 53 /usr/share/notes.so.txt
`
    expect(librariesIn(maps)).toEqual(["libcudnn.so.9", "libcuda.so.1"])
  })
})
