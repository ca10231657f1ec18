import { homedir, tmpdir } from "node:os"
import { join, resolve } from "node:path"

/** Where a cache, a temporary file or a dump lies unless somebody said otherwise. */
export interface Place {
  /** A folder that is looked into, and which names in it are meant; absent: the folder itself. */
  readonly folder: string
  readonly names?: RegExp
  readonly kind: ResidueKind
  /** Only folders in which everything has such a name. */
  readonly holds?: RegExp
  /** Only files that are core files by their content. */
  readonly core?: true
  /** A variable names the folder, and the driver has no names of its own for what it puts there: it can hold anything. */
  readonly byVariable?: true
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
  const all = settings.onlyFolders
    ? inFolders
    : [...userPlaces(settings.environment), ...variablePlaces(settings.environment), ...inFolders]
  return all.map((place) => ({ ...place, folder: resolve(place.folder) }))
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
  const user = environment.USER ?? environment.LOGNAME
  const temporary = new Set([environment.TMPDIR || tmpdir(), "/tmp", "/var/tmp"])
  const caches = [
    ...["pocl", "neo_compiler_cache", "clvk", "mesa_shader_cache", "mesa_shader_cache_db", "mesa_shader_cache_sf"],
    ...["radv_builtin_shaders", "nvidia", "AMD", "miopen", "comgr", "onnxruntime", "torch_extensions", "torch/kernels"],
  ].map((name) => join(cache, name))
  const own = [
    join(home, ".nv/ComputeCache"),
    join(home, ".triton/cache"),
    join(home, ".AMD"),
    "/tmp/pocl",
    ...(user ? [join("/tmp", `torchinductor_${user}`)] : []),
  ]
  return [
    ...[...caches, ...own].map((folder) => ({ folder, kind: "cache" as const })),
    ...[...temporary].flatMap((folder): Place[] => [
      { folder, names: /^(tempfile_\w{6}(\.|$)|(comgr-|_UNCACHED_|strongroom-planted-)\w{6}$)/, kind: "temporary" },
      { folder, names: /\.(aub|cl_cache|l0_cache)$/, kind: "dump" },
    ]),
    ...placesIn(home),
    ...[...temporary, "/var/crash", "/var/lib/systemd/coredump", "/cores"].map(coreFilesIn),
  ]
}

/**
 * Folders that variables name, which can be anybody's: a project's, a home. So only what has the names that the driver gives
 * is meant; where it gives none that are known, the folder is found and not removed.
 */
function variablePlaces(environment: PlaceSettings["environment"]): Place[] {
  const named = (variable: string, names: RegExp, more: Partial<Place> = {}): Place[] => {
    const folder = environment[variable]
    return folder ? [{ folder, names, kind: "cache", ...more }] : []
  }
  const whole = (variable: string): Place[] => {
    const folder = environment[variable]
    return folder ? [{ folder, kind: "cache", byVariable: true }] : []
  }
  return [
    // pocl_cache.c: a SHA-1 in the letters A to P, the first two of which are a folder.
    ...named("POCL_CACHE_DIR", /^[A-P]{2}$/, { holds: /^[A-P]{30,40}$/ }),
    ...named("POCL_CACHE_DIR", /^(tempfile_\w{6}(\.|$)|_UNCACHED_\w{6}$)/),
    ...["NEO_CACHE_DIR", "cl_cache_dir", "l0_cache_dir"].flatMap((name) => named(name, /\.(cl|l0)_cache$/)),
    ...["CUDA_CACHE_PATH", "TRITON_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR"].flatMap(whole),
  ]
}
