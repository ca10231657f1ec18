import { discover, isHarmful } from "../discovery/index.js"
import { formatDiscovery, hasDevice } from "./format.js"

export interface InfoResult {
  readonly text: string
  /** See the help. */
  readonly exitCode: 0 | 1 | 3
}

/** @throws OpenCLError LIBRARY_NOT_FOUND */
export async function info(json: boolean, timeoutMilliseconds: number): Promise<InfoResult> {
  const discovery = await discover({ timeoutMilliseconds })
  const { drivers } = discovery
  return {
    text: json ? JSON.stringify(discovery, null, 2) : formatDiscovery(discovery),
    exitCode: !drivers.some(hasDevice) ? 1 : drivers.some(isHarmful) ? 3 : 0,
  }
}
