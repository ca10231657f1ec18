import { missingDriver } from "@strongroom/test-machine"
import { afterAll, describe, expect, it } from "vitest"
import { triedIn } from "../../fast-form.js"
import { createNetworkRunner, kernelKinds } from "../../operators/network-runner.js"
import { type Apply, both, type SmallModel } from "../against-onnxruntime.js"
import { random } from "../filled.js"

/* Convolutions of images of slices that exporters seldom write, and what follows them, as ONNX Runtime has both. */

type Attributes = NonNullable<Parameters<Apply>[2]>
type Follow = (apply: Apply, made: string) => string

/** Images, channels, slices, rows, columns; what is convolved where nothing else is said. */
export const shape = [2, 6, 5, 7, 9]

/** A convolution of images of shape `from` by weights of shape `weights`; then what follows it, of `rank` axes. */
export function volumes(
  weights: readonly number[],
  attributes: Attributes = {},
  { from = shape, bias = true, rank = 5, after = ((_, made) => made) as Follow } = {},
): SmallModel {
  return {
    inputs: { x: random(from, 1) },
    build(apply) {
      const biases = bias ? [random([weights[0] as number], 3)] : []
      return { [after(apply, apply("Conv", ["x", random(weights, 2), ...biases], attributes))]: rank }
    },
  }
}

/** What follows a convolution to so many channels, by kernels of three; the results are smaller by two unless `padded`. */
export const followed = (
  channels: number,
  after: Follow,
  { from = shape, rank = 5, padded = false } = {},
): SmallModel => volumes([channels, 6, 3, 3, 3], padded ? { pads: [1, 1, 1, 1, 1, 1] } : {}, { from, rank, after })

/** Holds each against ONNX Runtime, by the kernels of each kind of device. */
export function testVolumes(idea: string, cases: Readonly<Record<string, SmallModel>>): void {
  const why = missingDriver("pocl")

  describe.skipIf(why).each(kernelKinds)(
    `Convolutions of slices as nobody writes them, ${idea}, by kernels of a %s${why ? ` (not here: ${why})` : ""}`,
    (kind) => {
      const runner = createNetworkRunner(kind)
      afterAll(() => runner.release())

      it.each(triedIn(Object.entries(cases), kind, kernelKinds))("%s", async (_, one) => {
        for (const { shapes, furthest } of await both(runner, one)) {
          expect(shapes[0]).toEqual(shapes[1])
          expect(furthest).toBeLessThan(1e-5)
        }
      })
    },
  )
}
