const widths: Readonly<Record<string, string>> = {
  void: "void",
  cl_int: "int32",
  size_t: "size_t",
  cl_device_type: "uint64",
  cl_command_queue_properties: "uint64",
  cl_mem_flags: "uint64",
  cl_svm_mem_flags: "uint64",
  cl_mem_migration_flags: "uint64",
  cl_map_flags: "uint64",
}

const handles =
  /^(callback|cl_(platform_id|device_id|context|command_queue|mem|sampler|program|kernel|event|command_buffer_khr))$/

export interface CTypes {
  readonly result: string
  readonly parameters: readonly string[]
}

/** A signature in koffi's types. All pointers are `void *`: koffi then passes the address of what it is given. */
export function cTypes(signature: string): CTypes {
  const open = signature.indexOf("(")
  const parameters = signature.slice(open + 1, -1)
  return {
    result: cType(signature.slice(0, open)),
    parameters: parameters === "" ? [] : parameters.split(", ").map(cType),
  }
}

/** What isn't listed is one of the enumerations, of 32 bits like cl_uint and cl_bool. */
function cType(declaration: string): string {
  const name = declaration.split(" ")[0] as string
  if (declaration.includes("*") || handles.test(name)) return "void *"
  return widths[name] ?? "uint32"
}
