import type { Component } from "./components.js"
import type { Neutralise, Surface, Trigger } from "./surface.js"

/** A surface as it is written in src/data: what is empty is left out. */
export interface Entry extends Omit<Surface, "component" | "trigger" | "neutralise" | "paths" | "where"> {
  readonly trigger: Partial<Trigger>
  readonly neutralise: Partial<Neutralise> & Pick<Neutralise, "before">
  readonly paths?: readonly string[]
  readonly where?: string
}

/** The surfaces of one component. */
export const define = (component: Component, entries: readonly Entry[]): readonly Surface[] =>
  entries.map((entry) => ({
    where: "",
    paths: [],
    ...entry,
    component,
    trigger: { variables: {}, files: [], registry: [], api: [], ...entry.trigger },
    neutralise: {
      ...{ set: {}, privateDirectories: [], unset: [], unsetPrefixes: [], refuse: [], otherwise: "", notes: "" },
      ...entry.neutralise,
    },
  }))
