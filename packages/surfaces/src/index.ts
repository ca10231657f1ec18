export { type Component, components } from "./components.js"
export { surfaces } from "./data/index.js"
export { explain, inVault } from "./explain.js"
export { type SurfaceFilter, surfacesFor } from "./filter.js"
export { type ContentFormat, contentFormats, matchContent } from "./match-content.js"
export { matchPath } from "./match-path.js"
export { contradictions, environmentFor, type Neutralisation, neutralise } from "./neutralise.js"
export type { Neutralise, Proof, Surface, Trigger } from "./surface.js"
export { surfacesOfVariable, variables } from "./variables.js"
export {
  type Exposure,
  exposures,
  type Kind,
  kinds,
  type Platform,
  platforms,
  type Verification,
  verifications,
} from "./vocabulary.js"
