/** What OpenCL there is on this machine, found out without trusting it. */
export type { DeviceReport } from "./device-report.js"
export { type DiscoverSettings, discover } from "./discover.js"
export { type Discovery, type DriverReport, isHarmful, type Outcome, type PlatformReport } from "./report.js"
