import { define } from "../define.js"

export const surfaces = define("direct3d", [
  {
    id: "windows-d3d-cache",
    vendor: "Microsoft",
    title: "D3D12/DirectX shader caches",
    kind: "kernel-cache",
    platforms: ["windows"],
    byDefault: "on",
    state: "ON",
    trigger: { registry: ["HKCU/HKLM\\SOFTWARE\\Microsoft\\Direct3D (debug layer, ShaderCache)"] },
    writes: "DXIL to ISA results for WebGPU (Dawn D3D12) and DirectML",
    where:
      "%LOCALAPPDATA%\\D3DSCache; vendor caches %LOCALAPPDATA%\\NVIDIA\\DXCache, %LOCALAPPDATA%\\AMD\\DxCache, %USERPROFILE%\\AppData\\LocalLow\\Intel\\ShaderCache",
    paths: ["D3DSCache/**", "LocalLow/Intel/ShaderCache/**"],
    exposes: ["device-binary"],
    neutralise: {
      otherwise:
        "ID3D12Device9::ShaderCacheControl(DISABLE) for the driver-managed cache, only with control of the D3D12 device",
      before: "device creation",
    },
    sources: [],
    verified: "reported",
    evidence: "from memory",
  },
])
