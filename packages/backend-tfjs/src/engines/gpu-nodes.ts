import { gpuDeviceNodes } from "@strongroom/core/node"

/** Device nodes of NVIDIA's driver: none where there is no such GPU. */
export const nvidiaNodes = (): readonly string[] => gpuDeviceNodes().filter((path) => path.startsWith("/dev/nvidia"))
