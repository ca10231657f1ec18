import { bytesSource, type ImportedModel, importOnnx } from "@strongroom/core"
import { concat } from "../../core/src/bytes.js"
import { bytes, externalTensor, int, model, node, value, varint } from "../../core/test/import-messages.js"

/** In every name of the network: what drivers get must have none of them. */
export const tellingWord = "telling"

const ints = (name: string, ...values: readonly number[]) =>
  bytes(5, bytes(1, name), bytes(8, ...values.map(varint)), int(20, 7))

/**
 * A small network of some kinds of layers, whose nodes, values and files have telling names: pictures `[n, 3, h, w]` to
 * `[n, 4]`.
 *
 * @param by what its weights are multiplied with
 * @param layers which kinds; few are compiled sooner, where it doesn't matter what they are
 */
export function tellingNetwork(by = 1, layers: "all" | "few" = "all"): Promise<ImportedModel> {
  const named = (name: string) => bytes(3, `${tellingWord}_node_${name}`)
  const t = (name: string) => `${tellingWord}_${name}`
  const shapes = { filter: [20, 3, 3, 3], bias: [20], classes: [layers === "all" ? 20 : 3, 4] }
  const floats: number[] = []
  const tensors = Object.entries(shapes).map(([name, dims]) => {
    const offset = floats.length * 4
    const size = dims.reduce((product, length) => product * length, 1)
    for (let index = 0; index < size; index++) floats.push(by * Math.sin(1 + floats.length))
    return bytes(5, externalTensor(t(name), { location: `${tellingWord}.bin`, offset, length: size * 4, dims }))
  })
  const soft = [
    node("Conv", [t("image"), t("filter"), t("bias")], [t("maps")], named("conv"), ints("pads", 1, 1, 1, 1)),
    node("Relu", [t("maps")], [t("positive")], named("relu")),
    node("MaxPool", [t("positive")], [t("pooled")], named("pool"), ints("kernel_shape", 2, 2), ints("strides", 2, 2)),
    node("Softmax", [t("pooled")], [t("soft")], named("softmax")),
  ]
  const graph = [
    ...(layers === "all" ? soft : [node("Relu", [t("image")], [t("soft")], named("relu"))]),
    node("GlobalAveragePool", [t("soft")], [t("means")], named("mean")),
    node("Flatten", [t("means")], [t("flat")], named("flatten")),
    node("Gemm", [t("flat"), t("classes")], [t("scores")], named("gemm")),
    ...tensors,
    value(11, t("image"), 1, [`${tellingWord}_n`, 3, `${tellingWord}_h`, `${tellingWord}_w`]),
    value(12, t("scores"), 1, [`${tellingWord}_n`, 4]),
  ]
  const weights = new Uint8Array(Float32Array.from(floats).buffer)
  return importOnnx(bytesSource(concat(model(graph))), async () => bytesSource(weights))
}

/** A picture for it. */
export const picture = (height: number, width: number) =>
  Float32Array.from({ length: 3 * height * width }, (_, index) => Math.cos(index / 5))
