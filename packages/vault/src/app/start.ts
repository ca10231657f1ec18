import { StrongroomError } from "@strongroom/core"
import type { Frame } from "../channel/frame.js"
import { type Crossing, openCrossing } from "./crossing.js"
import { exitError } from "./ending.js"
import { vaultEnvironment } from "./environment.js"
import { makeJail, type NoJail } from "./jail.js"
import type { CheckedOptions } from "./options.js"
import { makePrivateDirectory, removeDirectory } from "./private-directory.js"
import { startProcess, type VaultProcess } from "./spawn.js"

/** What a vault is made of here; tests say that there is less. */
export interface VaultParts {
  /** The folder of the shared objects that native/ is built to. Default: the one beside the main module's. */
  readonly native?: URL
  /** Finds out how things cross. */
  cross?(): Promise<Crossing | undefined>
}

export interface StartSettings {
  /** The vault's main module. */
  readonly script: URL
  readonly options: CheckedOptions
  readonly parts: VaultParts
  receive(frame: Frame): void
  /** What came over the channel can't be read, or `receive` threw. The process is being killed. */
  broken(error: unknown): void
}

/** A vault's process, with what it was given. */
export interface StartedVault {
  readonly process: VaultProcess
  /** Its private directory, to be removed when it has ended. */
  readonly directory: string
  readonly environment: { readonly [name: string]: string }
  /** To be closed when it has ended. */
  readonly crossing: Crossing | undefined
  /** Why it was started without a jail; null if it was started with one. */
  readonly noJail: string | null
}

/** A vault that is confined can open no file of the user's, so there is no jail without a way for open files into it. */
const nothingCrosses: NoJail = {
  missing: "No jail was shut: open files can't be passed into one here, for which koffi is needed, on Linux.",
}

/**
 * Makes the private directory and the ways in, and starts the process. What was made is taken away again when that fails.
 *
 * @throws StrongroomError `vault-start`. TypeError, RangeError for what the backend needs and can't have.
 */
export async function startVault({ script, options, parts, receive, broken }: StartSettings): Promise<StartedVault> {
  const { native = new URL("../native/", script), cross = openCrossing } = parts
  const { backend, node, debug, identities: modules } = options
  const directory = await makePrivateDirectory().catch((cause: Error) => {
    const message = `No private folder could be made for the vault: ${cause.message}`
    throw new StrongroomError("vault-start", message, { cause })
  })
  const crossing = await cross()
  try {
    const environment = vaultEnvironment(directory, backend.needs.environment)
    const jail = crossing ? makeJail({ native, script, node, backend, modules, directory }) : nothingCrosses
    const isJailed = !("missing" in jail)
    const process = started(() =>
      startProcess({
        ...{ node, script, environment, directory, debug, receive, broken },
        jail: isJailed ? jail : undefined,
        passing: crossing?.vaultEnd,
      }),
    )
    crossing?.releaseVaultEnd()
    return { process, directory, environment, crossing, noJail: isJailed ? null : jail.missing }
  } catch (error) {
    crossing?.close()
    await removeDirectory(directory)
    throw error
  }

  /** Node throws for some programs that can't be started, and tells of others. */
  function started(start: () => VaultProcess): VaultProcess {
    try {
      return start()
    } catch (error) {
      throw exitError({ code: null, signal: null, error: error as Error }, false, debug)
    }
  }
}
