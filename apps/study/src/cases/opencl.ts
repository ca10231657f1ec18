import type { Case } from "../case.js"
import type { Prepared } from "../prepare.js"
import { node, program } from "../programs.js"
import type { Setting } from "./setting.js"

/** A case of the networks as OpenCL, on one driver. */
export function opencl(
  { bundles, models }: Prepared,
  subject: string,
  driver: Readonly<Record<string, string>>,
  id: string,
  {
    environment = () => ({}),
    before,
    ...setting
  }: Setting & {
    environment?: (work: string, cache: string) => Record<string, string>
    before?: (work: string) => void
  },
): Case {
  return {
    id,
    subject,
    ...setting,
    run(place, network) {
      before?.(place.work)
      return {
        command: node,
        args: [program("opencl.mjs"), bundles[network]],
        environment: { ...driver, ...environment(place.work, place.cache) },
        model: [models.studied],
      }
    },
  }
}
