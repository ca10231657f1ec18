import type { ModelKind, PartRole } from "../backend.js"
import { utf8 } from "../bytes.js"
import { cachePolicies } from "../cache-policy.js"
import { StrongroomError } from "../errors.js"
import type { JsonObject, JsonValue } from "../json.js"
import type { TensorSpec } from "../tensor.js"
import { type DocumentKind, readDocument } from "./document.js"
import { limits } from "./limits.js"
import { isText, membersOf, type Refuse } from "./members.js"
import { isPartName } from "./part-name.js"
import type { Policy } from "./policy.js"

/** The encrypted table of contents of a sealed model. */
export interface Manifest {
  readonly kind: ModelKind
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  readonly parts: readonly PartEntry[]
  readonly policy: Policy
}

export interface PartEntry {
  readonly role: PartRole
  /** A relative path with slashes. Never to appear in an error or a log. */
  readonly name: string
  readonly byteLength: number
}

export const modelKinds: readonly ModelKind[] = [
  "onnx",
  "tfjs-graph",
  "tfjs-layers",
  "openvino-ir",
  "saved-model",
  "file",
]
const roles: readonly PartRole[] = ["graph", "weights", "tensor", "file"]
const floats = ["float16", "float32", "float64", "bfloat16"] as const
const integers = ["int4", "int8", "int16", "int32", "int64"] as const
const unsigned = ["uint4", "uint8", "uint16", "uint32", "uint64"] as const
const types: readonly TensorSpec["type"][] = [...floats, ...integers, ...unsigned, "bool", "string"]

const document: DocumentKind = {
  name: "manifest",
  invalid: "manifest-invalid",
  unsupported: "manifest-invalid",
  critical: "critical-unknown",
}

const refuse: Refuse = (member, expected) => {
  throw new StrongroomError(
    "manifest-invalid",
    `The manifest's "${member}" must be ${expected}. The publisher has to seal it anew.`,
  )
}

/** Reads a manifest's bytes. Where its parts end is for the caller to check. */
export function parseManifest(bytes: Uint8Array): Manifest {
  const object = readDocument(bytes, document, undefined)
  const members = membersOf(object, refuse)
  return {
    kind: members.word("kind", modelKinds),
    inputs: tensors(members.objects("inputs", limits.mostTensors), "inputs"),
    outputs: tensors(members.objects("outputs", limits.mostTensors), "outputs"),
    parts: parts(members.objects("parts", limits.mostParts)),
    policy: members.has("policy") ? policy(members.object("policy")) : {},
  }
}

/** A manifest's bytes, read again as a reader would: what is sealed can be opened. */
export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const bytes = utf8(JSON.stringify(manifest))
  if (bytes.length > limits.mostManifest) {
    throw new StrongroomError(
      "manifest-invalid",
      `The manifest has ${bytes.length} bytes, at most ${limits.mostManifest} are allowed.`,
    )
  }
  parseManifest(bytes)
  return bytes
}

function tensors(objects: readonly JsonObject[], member: string): readonly TensorSpec[] {
  const specs = objects.map((object) => {
    const members = membersOf(object, refuse)
    return {
      name: members.text("name", 1, limits.mostName),
      type: members.word("type", types),
      shape: members.array("shape", limits.mostRank).map(dimension),
    }
  })
  checkUnique(specs, member)
  return specs
}

function dimension(value: JsonValue): number | string {
  if (typeof value === "number" && value >= 0) return value
  if (isText(value, 1, limits.mostName)) return value
  return refuse("shape", "an array of integers from 0 and names of dimensions")
}

function parts(objects: readonly JsonObject[]): readonly PartEntry[] {
  const entries = objects.map((object) => {
    const members = membersOf(object, refuse)
    return {
      role: members.word("role", roles),
      name: members.text("name", 1, limits.mostName),
      byteLength: members.integer("byteLength", 0, limits.mostPayload),
    }
  })
  if (!entries.every(({ name }) => isPartName(name))) refuse("parts", "named by relative paths with slashes")
  checkUnique(entries, "parts")
  return entries
}

function checkUnique(entries: readonly { readonly name: string }[], member: string): void {
  if (new Set(entries.map(({ name }) => name)).size < entries.length) refuse(member, "without one name twice")
}

function policy(object: JsonObject): Policy {
  const members = membersOf(object, refuse)
  return {
    ...(members.has("vault") && { vault: boolean(object.vault) }),
    ...(members.has("cache") && { cache: words(object.cache, "cache").map(cachePolicy) }),
    ...(members.has("guarantees") && { guarantees: words(object.guarantees, "guarantees") }),
    ...(members.has("backends") && { backends: words(object.backends, "backends") }),
  }
}

function boolean(value: JsonValue | undefined): boolean {
  return typeof value === "boolean" ? value : refuse("vault", "true or false")
}

function words(value: JsonValue | undefined, member: string): readonly string[] {
  const isWord = (item: JsonValue) => isText(item, 1, limits.mostPolicyWord)
  if (Array.isArray(value) && value.length <= limits.mostPolicyWords && value.every(isWord)) return value
  return refuse(member, `an array of at most ${limits.mostPolicyWords} strings of 1 to ${limits.mostPolicyWord} bytes`)
}

function cachePolicy(word: string) {
  return cachePolicies.find((policy) => policy === word) ?? refuse("cache", `an array of ${cachePolicies.join(", ")}`)
}
