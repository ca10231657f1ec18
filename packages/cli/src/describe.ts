import type { Grant, Header, Keyring, SealedModel } from "@strongroom/core"
import { describeSpec } from "./inputs.js"
import { formatBytes, formatTime, printable } from "./terminal.js"

/** What a file says: as JSON, and as lines of a name and a value. */
export interface Description {
  readonly value: object
  readonly title: string
  readonly lines: readonly (readonly [name: string, value: string])[]
}

export function describeHeader(header: Header, byteLength: number): Description {
  const { format, suite, model, release, label, publisher, signer, segmentSize, payloadLength } = header
  return {
    value: { type: "sealed-model", header, byteLength },
    title: `Sealed model, ${format}`,
    lines: [
      ["model", model],
      ["release", String(release)],
      ...optional("label", label),
      ["publisher", publisher],
      ["signer", signer === publisher ? "the publisher's root key" : signer],
      ["suite", suite],
      ["payload", formatBytes(payloadLength)],
      ["segments", `${Math.ceil(payloadLength / segmentSize)} of ${segmentSize} bytes`],
      ["file", formatBytes(byteLength)],
    ],
  }
}

/** What is encrypted in a sealed model, for somebody who can open it. */
export function describeManifest({ manifest, terms }: SealedModel): Pick<Description, "value" | "lines"> {
  const { kind, inputs, outputs, parts, policy } = manifest
  return {
    value: { manifest, terms },
    lines: [
      ["kind", kind],
      ...inputs.map((spec) => ["input", printable(describeSpec(spec))] as const),
      ...outputs.map((spec) => ["output", printable(describeSpec(spec))] as const),
      ...parts.map((part) => ["part", printable(`${part.role} ${part.name} ${formatBytes(part.byteLength)}`)] as const),
      ["policy", printable(JSON.stringify(policy))],
      ...describeTerms(terms),
    ],
  }
}

export function describeGrant({ age, ...grant }: Grant): Description {
  const { format, model, header, publisher, signer, terms } = grant
  return {
    value: { type: "grant", grant, ageByteLength: age.length },
    title: `Grant, ${format}`,
    lines: [
      ["model", model],
      ["header", header],
      ["publisher", publisher],
      ["signer", signer === publisher ? "the publisher's root key" : signer],
      ...describeTerms(terms),
      ["age file", formatBytes(age.length)],
    ],
  }
}

export function describeKeyring(keyring: Keyring): Description {
  const { publisher, version, expires, modelKeys, grantKeys, revoked } = keyring
  return {
    value: { type: "keyring", keyring },
    title: "Keyring",
    lines: [
      ["publisher", publisher],
      ["version", String(version)],
      ["expires", formatTime(expires)],
      ...modelKeys.map((key) => ["model key", key] as const),
      ...grantKeys.map((key) => ["grant key", key] as const),
      ...revoked.map((key) => ["revoked", key] as const),
    ],
  }
}

function describeTerms({
  notBefore,
  notAfter,
  features,
  serial,
  leastRelease,
  evidence,
}: Grant["terms"]): Description["lines"] {
  return [
    ...optional("not before", notBefore && formatTime(notBefore)),
    ...optional("not after", notAfter && formatTime(notAfter)),
    ...optional("features", features?.join(", ")),
    ...optional("serial", serial),
    ...optional("least release", leastRelease?.toString()),
    ["evidence", printable(evidence)],
  ]
}

function optional(name: string, value: string | undefined): Description["lines"] {
  return value === undefined ? [] : [[name, printable(value)]]
}

/** A title, and under it names and values in two columns. */
export function formatDescription(title: string, lines: Description["lines"]): string {
  const width = Math.max(...lines.map(([name]) => name.length))
  return [title, ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join("\n")
}
