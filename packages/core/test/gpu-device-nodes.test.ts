import { expect, it, vi } from "vitest"
import { gpuDeviceNodes } from "../src/node/gpu-device-nodes.js"

const folders = vi.hoisted(() => new Map<string, readonly string[]>())

vi.mock("node:fs", () => ({
  readdirSync(folder: string) {
    const names = folders.get(folder)
    if (names === undefined) throw new Error("No such folder.")
    return names
  },
}))

it("GPUs are those by which something is computed: no displays, and not what divides an NVIDIA GPU", () => {
  expect(gpuDeviceNodes()).toEqual([])
  folders.set("/dev", ["kfd", "null", "nvidia-modeset", "nvidia-uvm", "nvidia0", "nvidiactl", "sda"])
  folders.set("/dev/dri", ["by-path", "card0", "renderD128"])
  folders.set("/dev/nvidia-caps", ["nvidia-cap1", "nvidia-cap2", "nvidia-cap3", "nvidia-cap21"])
  expect([...gpuDeviceNodes()].sort()).toEqual([
    "/dev/dri/renderD128",
    "/dev/kfd",
    "/dev/nvidia-caps/nvidia-cap21",
    "/dev/nvidia-caps/nvidia-cap3",
    "/dev/nvidia-uvm",
    "/dev/nvidia0",
    "/dev/nvidiactl",
  ])
})
