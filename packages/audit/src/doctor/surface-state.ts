/** Whether something would be written or could be read this way, in a program that is started from here now. */
export interface SurfaceState {
  readonly open: boolean
  /** What opens it, or keeps it closed. */
  readonly because: readonly Reason[]
}

export type Reason =
  /** Nobody set anything. */
  | { readonly kind: "default" }
  | { readonly kind: "variable"; readonly name: string; readonly value: string }
  /** A file that is there. */
  | { readonly kind: "file"; readonly path: string }
  /** Of a driver, which has no such surface. */
  | { readonly kind: "version"; readonly version: string }
  /** A setting of the system's, `ptrace_scope`, and what it is. */
  | { readonly kind: "system"; readonly name: string; readonly value: string }
