import { homedir, tmpdir, userInfo } from "node:os"
import { join } from "node:path"

/** Where a cache, a temporary file or a dump lies unless somebody said otherwise. */
export interface Place {
  /** A folder that is looked into, and which names in it are meant; absent: the folder itself. */
  readonly folder: string
  readonly names?: RegExp
  readonly kind: ResidueKind
  /** Only files that are core files by their content. */
  readonly core?: true
}

export type ResidueKind = "cache" | "temporary" | "dump" | "core" | "vault"

export interface PlaceSettings {
  readonly environment: { readonly [name: string]: string | undefined }
  /** Working directories of programs, where some drivers write. */
  readonly folders: readonly string[]
  /** Look nowhere else than in those folders. Default: false. */
  readonly onlyFolders?: boolean
}

/**
 * The default places of this user, on Linux and macOS, by the variables that move them. Each is of a surface in
 * @strongroom/surfaces; what it names besides in words only, and what programs were told, isn't known here.
 */
export function placesOf(settings: PlaceSettings): Place[] {
  const inFolders = settings.folders.flatMap(placesIn)
  return settings.onlyFolders ? inFolders : [...userPlaces(settings.environment), ...inFolders]
}

/** What lies in a folder where programs were run, or in a home. */
function placesIn(folder: string): Place[] {
  return [
    { folder, names: /^(cl_cache|l0_cache)$|\.(cl_cache|l0_cache)$/, kind: "cache" },
    { folder, names: /\.aub$|^igc_dump|^(Heap|Isolate)[\w.-]*\.heapsnapshot$/, kind: "dump" },
    coreFilesIn(folder),
  ]
}

function coreFilesIn(folder: string): Place {
  return { folder, names: /^core(\.|$)|\.core$/, kind: "core", core: true }
}

function userPlaces(environment: PlaceSettings["environment"]): Place[] {
  const home = environment.HOME ?? homedir()
  const cache = environment.XDG_CACHE_HOME || join(home, ".cache")
  const temporary = new Set([environment.TMPDIR || tmpdir(), "/tmp", "/var/tmp"])
  const caches = [
    ...["pocl", "neo_compiler_cache", "clvk", "mesa_shader_cache", "mesa_shader_cache_db", "mesa_shader_cache_sf"],
    ...["radv_builtin_shaders", "nvidia", "AMD", "miopen", "comgr", "onnxruntime", "torch_extensions", "torch/kernels"],
  ].map((name) => join(cache, name))
  const own = [
    join(home, ".nv/ComputeCache"),
    join(home, ".triton/cache"),
    join(home, ".AMD"),
    environment.POCL_CACHE_DIR,
    environment.NEO_CACHE_DIR,
    environment.cl_cache_dir,
    environment.CUDA_CACHE_PATH,
    environment.TRITON_CACHE_DIR,
    environment.TORCHINDUCTOR_CACHE_DIR,
    "/tmp/pocl",
    join("/tmp", `torchinductor_${userInfo().username}`),
  ]
  return [
    ...[...caches, ...own].flatMap((folder) => (folder ? [{ folder, kind: "cache" as const }] : [])),
    ...[...temporary].flatMap((folder): Place[] => [
      { folder, names: /^(tempfile_\w{6}(\.|$)|(comgr-|_UNCACHED_|strongroom-planted-)\w{6}$)/, kind: "temporary" },
      { folder, names: /\.(aub|cl_cache|l0_cache)$/, kind: "dump" },
    ]),
    ...placesIn(home),
    ...[...temporary, "/var/crash", "/var/lib/systemd/coredump", "/cores"].map(coreFilesIn),
  ]
}
