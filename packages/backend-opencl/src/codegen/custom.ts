import type { Tensor } from "../graph/tensor.js"
import { tensorTypes } from "../graph/tensor-type.js"
import type { Step, Storage } from "../launch.js"
import { loadCode, storeCode } from "./memory-access.js"
import { withSizeArguments } from "./size-arguments.js"
import { launchItems } from "./work-groups.js"

/** What a kernel does for one element, see `Custom` in graph/operation.ts. */
export interface KernelBody {
  readonly body: string
  readonly helpers: string
  readonly items: number
  /**
   * Where several work-items compute what `i` stands for: how many. They are a work-group; `lane` is an item's place in
   * it. Default: one, which doesn't know of others.
   */
  readonly group?: number
}

/** The kernel of a body, with `i`, and `LOADn`, `STOREn` and `READn` for the tensors that it is over. */
export function customStep(
  { body: given, helpers, items, group }: KernelBody,
  inputs: readonly { readonly tensor: Tensor; readonly storage: Storage }[],
  outputs: readonly { readonly tensor: Tensor; readonly storage: Storage }[],
): Step {
  const { body, sizes } = withSizeArguments(given)
  const parameters = [
    ...inputs.map(({ tensor }, at) => `__global const ${tensorTypes[tensor.type].stored} *restrict in${at}`),
    ...outputs.map(({ tensor }, at) => `__global ${tensorTypes[tensor.type].stored} *restrict out${at}`),
    "const int items",
    ...sizes.map((_, at) => `const int size${at}`),
  ]
  const macros = [
    ...inputs.map(({ tensor }, at) => `#define LOAD${at}(index) (${loadCode(tensor.type, `in${at}`, "(index)", 1)})`),
    ...outputs.map(({ tensor }, at) => `#define STORE${at}(index, value) ${storeMacro(tensor, at)}`),
    ...outputs.map(({ tensor }, at) => `#define READ${at}(index) (${loadCode(tensor.type, `out${at}`, "(index)", 1)})`),
  ]
  const ends = [
    ...inputs.map((_, at) => `#undef LOAD${at}`),
    ...outputs.map((_, at) => `#undef STORE${at}\n#undef READ${at}`),
  ]
  return {
    source: `${macros.join("\n")}
${helpers}${group === undefined ? "" : `__attribute__((reqd_work_group_size(${group}, 1, 1)))\n`}__kernel void KERNEL(${parameters.join(", ")}) {
  ${
    group === undefined
      ? "const int i = get_global_id(0);\n  if (i >= items) return;"
      : "const int i = get_group_id(0), lane = get_local_id(0);"
  }
${body}
}
${ends.join("\n")}
`,
    arguments: [...[...inputs, ...outputs].map(({ storage }) => storage), items, ...sizes],
    ...(group === undefined ? launchItems(items) : { global: [items * group], local: [group] }),
  }
}

function storeMacro({ type }: Tensor, at: number): string {
  const { computed } = tensorTypes[type]
  return `do { const ${computed} stored = (value); ${storeCode(type, `out${at}`, "(index)", "stored", 1)} } while (0)`
}
