import type { Report } from "@strongroom/core"
import { type Component, type Exposure, type Kind, type Neutralise, type Surface, surfaces } from "@strongroom/surfaces"
import { findResidue, type Residue } from "../sweep/sweep.js"
import { componentsOf } from "./components.js"
import type { Driver } from "./driver.js"
import { driversOf } from "./drivers.js"
import { type Machine, machineOf } from "./machine.js"
import type { OpenCLDiscovery } from "./opencl.js"
import { findPython, type Python } from "./python.js"
import { npmRuntimes, pythonRuntimes, type Runtime } from "./runtimes.js"
import { stateOf } from "./state.js"
import type { Reason, SurfaceState } from "./surface-state.js"
import { type SystemSettings, systemOf } from "./system.js"
import { type VaultAnswer, vaultAnswer } from "./vault-answer.js"
import { versionWithout } from "./versions.js"
import { placesOfSurface } from "./where.js"

export interface DoctorOptions extends Partial<Omit<Machine, "home">> {
  /** What `discover()` of @strongroom/opencl/discovery found, or why nothing could be looked for. Absent: nobody looked. */
  readonly opencl?: OpenCLDiscovery | { readonly problem: string }
  /** The report of a vault that was opened here, or why none could be. Absent: none was. */
  readonly vault?: Report | { readonly problem: string }
  /** The Python whose packages are looked for. Default: the python3 in PATH, which is asked for its folders. */
  readonly python?: Python
  readonly signal?: AbortSignal
}

/** What there is on a machine, and what of it would write or give away a model. Plain data, but for the caches' dates. */
export interface Doctor {
  readonly format: "strongroom-doctor/1"
  readonly platform: Machine["platform"]
  /** Where programs are run: variables and files are as a program that is started there would see them. */
  readonly folder: string
  readonly home: string
  readonly drivers: readonly Driver[]
  /** OpenCL's loader, or why it wasn't asked; null where nobody looked. */
  readonly opencl: { readonly library: string } | { readonly problem: string } | null
  readonly python: { readonly version: string } | null
  readonly runtimes: readonly Runtime[]
  /** What lies in the usual places of this user's caches, temporary files and dumps: what `sweep` finds. */
  readonly caches: readonly Residue[]
  readonly system: SystemSettings
  /** Every surface of this platform: first those that are open, then those of what is here, then the others. */
  readonly surfaces: readonly DoctorSurface[]
  readonly vault: Report | { readonly problem: string } | null
}

/** A surface as it is here; the rest of its entry is `explain(id)` of @strongroom/surfaces. */
export interface DoctorSurface {
  readonly id: string
  readonly component: Component
  readonly title: string
  readonly kind: Kind
  readonly exposes: readonly Exposure[]
  /** Whether its component is on this machine. */
  readonly here: boolean
  /** Whether it would do it now: never where its component isn't here. */
  readonly open: boolean
  readonly because: readonly Reason[]
  /** Where it writes: paths, for this user, some with `*`; empty where that is known in words only. */
  readonly places: readonly string[]
  /** The same as its entry says. */
  readonly where: string
  /** What closes it in a program without a vault. */
  readonly closing: Pick<Neutralise, "set" | "privateDirectories" | "unset" | "unsetPrefixes" | "refuse">
  readonly vault: VaultAnswer
}

/**
 * Looks at this machine: drivers, runtimes, caches, and which surfaces are open. Reads files and variables, and asks the
 * python3 in PATH for its folders; changes nothing. Of variables only those that a surface names are in the result.
 */
export async function doctor(options: DoctorOptions = {}): Promise<Doctor> {
  const { opencl, vault, signal } = options
  const machine = machineOf(options)
  const system = systemOf(machine)
  const python = options.python ?? (await findPython(machine))
  signal?.throwIfAborted()
  const found = opencl && "drivers" in opencl ? opencl : undefined
  const drivers = driversOf(machine, found)
  const runtimes = [...npmRuntimes(machine), ...pythonRuntimes(python)]
  const components = componentsOf(machine, drivers, runtimes)
  return {
    format: "strongroom-doctor/1",
    platform: machine.platform,
    folder: machine.folder,
    home: machine.home,
    drivers,
    opencl: found ? { library: found.library } : ((opencl as { readonly problem: string } | undefined) ?? null),
    python: python ? { version: python.version } : null,
    runtimes,
    caches: await findResidue({
      environment: machine.environment,
      folders: [machine.folder],
      ...(signal && { signal }),
    }),
    system,
    surfaces: surfaces
      .filter(({ platforms }) => platforms.includes(machine.platform))
      .map((surface) => {
        const lacking = versionWithout(surface.id, surface.component, drivers)
        return describe(surface, components.has(surface.component), lacking, machine, system)
      })
      .sort((one, other) => rank(one) - rank(other)),
    vault: vault ?? null,
  }
}

/** @param lacking the version of a driver that has no such surface */
function describe(
  surface: Surface,
  here: boolean,
  lacking: string | undefined,
  machine: Machine,
  system: SystemSettings,
): DoctorSurface {
  const { id, component, title, kind, exposes, where } = surface
  const { set, privateDirectories, unset, unsetPrefixes, refuse } = surface.neutralise
  const { open, because }: SurfaceState =
    lacking === undefined
      ? stateOf(surface, machine, system)
      : { open: false, because: [{ kind: "version", version: lacking }] }
  return {
    ...{ id, component, title, kind, exposes, here, open: here && open, because },
    places: placesOfSurface(id, machine, system),
    where,
    closing: { set, privateDirectories, unset, unsetPrefixes, refuse },
    vault: vaultAnswer(surface, machine),
  }
}

const rank = ({ open, here }: DoctorSurface) => (open ? 0 : here ? 1 : 2)
