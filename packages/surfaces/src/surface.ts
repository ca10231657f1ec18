import type { Component } from "./components.js"
import type { Exposure, Kind, Platform, Verification } from "./vocabulary.js"

/** One way in which a driver, a runtime, a library or the system can write or expose plaintext. */
export interface Surface {
  /** Stable; lower case and hyphens. */
  readonly id: string
  /** What it belongs to; the file of src/data that it stands in. */
  readonly component: Component
  /** Who makes that, e.g. "Intel". */
  readonly vendor: string
  /** What it is, in a line, with the versions that have it. */
  readonly title: string
  readonly kind: Kind
  readonly platforms: readonly Platform[]
  /** Whether it is open on an ordinary machine where nobody set anything. */
  readonly byDefault: "on" | "off"
  /** The same in words, with versions. */
  readonly state: string
  readonly trigger: Trigger
  /** What is written or exposed, in words. */
  readonly writes: string
  /** Where, in words; "" where nothing is written. */
  readonly where: string
  /**
   * The same as patterns, for `matchPath`: `*` is one or more characters of a name, `?` one, `**` any folders and names.
   * They match the end of a path, as if `**` and a slash stood before them.
   */
  readonly paths: readonly string[]
  readonly exposes: readonly Exposure[]
  readonly neutralise: Neutralise
  /** Where this can be read: repository, commit and file; a URL; a manual page. Empty only where it is `reported`. */
  readonly sources: readonly string[]
  /** How it was established that the surface does what is said here. */
  readonly verified: Verification
  /** What was run or read, with versions, and what was not. */
  readonly evidence: string
  /** The day of the evidence, YYYY-MM-DD. Absent for what is older than the database (before 2026-11-30). */
  readonly checked?: string
  /** The tests that trigger it. Absent: no test does. */
  readonly proof?: Proof
}

/** What switches a surface on, off or elsewhere. */
export interface Trigger {
  /** Environment variables, each with its values. A name that ends with `*` stands for all with that beginning. */
  readonly variables: { readonly [name: string]: string }
  /** Files and folders whose presence matters. */
  readonly files: readonly string[]
  /** Keys of the Windows registry. */
  readonly registry: readonly string[]
  /** Options, functions and signals by which a program, or another process, does it. */
  readonly api: readonly string[]
}

/** What closes a surface. Names are unset first, then set: a value wins over a prefix. */
export interface Neutralise {
  /** Variables and their values. */
  readonly set: { readonly [name: string]: string }
  /**
   * Variables that must name a directory of this process alone: made afresh, mode 0700, in memory (tmpfs), not mounted
   * noexec, and gone with the process.
   */
  readonly privateDirectories: readonly string[]
  /** Variables that must not be there. */
  readonly unset: readonly string[]
  /** Beginnings of names that must not be there. */
  readonly unsetPrefixes: readonly string[]
  /** Of the trigger's files, registry keys and API: those that no variable answers, so that whoever cares must refuse. */
  readonly refuse: readonly string[]
  /** What else there is to do, in words; "" where there is nothing. */
  readonly otherwise: string
  /** The moment from which it is too late. */
  readonly before: string
  readonly notes: string
}

/** Tests that make the surface leak for real, and what is known of it in a vault. */
export interface Proof {
  /** The test in test/triggers, without `.test.ts`, that shows the leak on an unprotected process. */
  readonly trigger?: string
  /** Titles of attacks in docs/attacks.md, which show the leak on an unprotected process and none from a vault. */
  readonly attacks?: readonly string[]
  /**
   * `harmless`: the same was tried on a vault, and gave nothing. `open`: that has not been tried yet.
   */
  readonly vault: "harmless" | "open"
}
