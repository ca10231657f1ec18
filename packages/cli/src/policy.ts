import { type CachePolicy, cachePolicies, type Policy } from "@strongroom/core"
import { type Command, InvalidArgumentError, Option } from "commander"
import { collect } from "./parse.js"
import { readText } from "./read-files.js"

export interface PolicyOptions {
  readonly policy?: string
  readonly requireVault?: true
  readonly allowCache?: readonly CachePolicy[]
  readonly allowBackend?: readonly string[]
  readonly requireGuarantee?: readonly string[]
}

/** Adds the publisher's policy to a command: as a file, or one demand an option. */
export function policyOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--policy <file>", "the publisher's policy as JSON").conflicts([
        "requireVault",
        "allowCache",
        "allowBackend",
        "requireGuarantee",
      ]),
    )
    .option("--require-vault", "policy: open it only in a vault")
    .option("--allow-cache <policy>", "policy: allow this cache policy, and others only if repeated", collectPolicy)
    .option("--allow-backend <name>", "policy: allow this backend, and others only if repeated", collect)
    .option("--require-guarantee <id>", "policy: demand this guarantee of the vault (can be repeated)", collect)
}

function collectPolicy(value: string, previous: readonly CachePolicy[] = []): readonly CachePolicy[] {
  const policy = cachePolicies.find((known) => known === value)
  if (policy === undefined) throw new InvalidArgumentError(`Allowed choices are ${cachePolicies.join(", ")}.`)
  return [...previous, policy]
}

/**
 * Reads what {@link policyOptions} said; `undefined` for nothing.
 *
 * @throws TypeError for a file that isn't JSON of an object, and what reading files throws.
 */
export async function readPolicy(options: PolicyOptions, signal: AbortSignal): Promise<Policy | undefined> {
  const policy =
    options.policy === undefined
      ? policyOf(options)
      : parsePolicy(await readText(options.policy, signal), options.policy)
  return Object.keys(policy).length === 0 ? undefined : policy
}

function policyOf(options: PolicyOptions): Policy {
  return {
    ...(options.requireVault ? { vault: true } : {}),
    ...(options.allowCache === undefined ? {} : { cache: options.allowCache }),
    ...(options.allowBackend === undefined ? {} : { backends: options.allowBackend }),
    ...(options.requireGuarantee === undefined ? {} : { guarantees: options.requireGuarantee }),
  }
}

/** JSON that is an object. What its members may be, sealing checks. */
function parsePolicy(text: string, path: string): Policy {
  let policy: unknown
  try {
    policy = JSON.parse(text)
  } catch {
    policy = undefined
  }
  if (typeof policy === "object" && policy !== null && !Array.isArray(policy)) return policy
  const example = '{"vault": true, "cache": ["off", "memory"], "backends": ["onnxruntime"], "guarantees": []}'
  throw new TypeError(`${path} isn't a policy: expected JSON with some of ${example}.`)
}
