/** A guarantee as docs/guarantees.md explains it. */
export interface GuaranteeDefinition {
  /** One plain sentence: what holds if the state is `enforced`. */
  readonly title: string
  /** True: `strict: true` demands it. */
  readonly strict: boolean
}

/** Every guarantee that a report holds, in its order. Ids are stable. */
export const guaranteeCatalogue = {
  "model.authentic": {
    title: "Every byte used of the model was signed for a publisher that the app pins.",
    strict: true,
  },
  "keys.outside-app": {
    title: "The app's process never holds an identity, a content key or the model's plaintext.",
    strict: true,
  },
  "process.separate": {
    title: "The model runs in a process of its own.",
    strict: true,
  },
  "process.environment": {
    title: "That process has only environment variables that are on a fixed list.",
    strict: true,
  },
  "process.private-directory": {
    title: "Its home, temporary and working folders are private and go away with it.",
    strict: true,
  },
  "process.directory-in-memory": {
    title: "Those folders are in memory, so that nothing written there reaches a disk.",
    strict: true,
  },
  "process.inspector": {
    title: "Node's inspector can't be opened in it.",
    strict: true,
  },
  "process.core-dumps": {
    title: "A crash leaves no core dump, diagnostic report or heap snapshot.",
    strict: true,
  },
  "process.output": {
    title: "What an engine prints leaves the process nowhere.",
    strict: true,
  },
  "process.execute": {
    title: "It can start no programs but those that the backend declares.",
    strict: true,
  },
  "memory.private": {
    title: "Other processes of the same user can't read its memory or attach a debugger.",
    strict: true,
  },
  "memory.locked": {
    title: "Keys and the host's plaintext buffers are never written to swap.",
    strict: true,
  },
  "memory.wiped": {
    title: "Keys and the host's plaintext buffers are overwritten with zeros after use.",
    strict: true,
  },
  "memory.engine-wiped": {
    title: "What the engine allocates is overwritten with zeros after use.",
    strict: false,
  },
  "swap.none": {
    title: "No swap is in use to which an engine's memory could be written.",
    strict: false,
  },
  "files.confined": {
    title: "It can write only in its private folders and to devices that the backend declares.",
    strict: true,
  },
  "network.none": {
    title: "It can reach no network.",
    strict: true,
  },
  "syscalls.filtered": {
    title: "System calls that an engine doesn't need are refused.",
    strict: true,
  },
  "cache.policy": {
    title: "Nothing compiled from the model is kept but as the cache policy says.",
    strict: true,
  },
  "modules.known": {
    title: "Every module and library that it loaded is in the report, by its hash.",
    strict: false,
  },
} as const satisfies { readonly [id: string]: GuaranteeDefinition }

/** The id of a guarantee of {@link guaranteeCatalogue}. */
export type GuaranteeId = keyof typeof guaranteeCatalogue
