import { drivers, runtimes } from "@strongroom/test-machine"
import { openclSide, openvinoSide, type Place, type Side, tinygradSide } from "../../inference/sides.js"
import { pythonWith } from "../../python.js"

const tinygrad = "0.14.0"
const onnx = "1.16.2"

/** What a network is also run on in the full form. */
export type OtherName = "OpenVINO" | "tinygrad" | "Intel's OpenCL"

/** @param poclCache a folder for what PoCL compiles */
type Start = (place: Place, poclCache: string) => Promise<Side>

/** How each is started that is there. */
export type Others = ReadonlyMap<OtherName, Start>

/** Installs what isn't there yet, where that is possible. */
export async function otherEngines(say: (line: string) => void): Promise<Others> {
  const others = new Map<OtherName, Start>()
  const { openvino } = runtimes
  if (openvino === undefined) say("without OpenVINO, which isn't installed: `npm run bench -- opencl --full` does it")
  else others.set("OpenVINO", (place) => openvinoSide(openvino, place))

  const interpreter = await pythonWith("tinygrad", [`tinygrad==${tinygrad}`, `onnx==${onnx}`, "numpy"], say).catch(
    (error) => {
      say(`without tinygrad, which can't be had here: ${String(error).split("\n", 1)[0]}`)
      return undefined
    },
  )
  if (interpreter !== undefined) {
    others.set("tinygrad", (place, poclCache) => tinygradSide(interpreter, place, poclCache))
  }

  if (drivers["intel-cpu"] === undefined) say("without Intel's OpenCL: node scripts/drivers.mjs intel-cpu")
  else others.set("Intel's OpenCL", (place, poclCache) => openclSide("intel-cpu", place, poclCache, "new"))
  return others
}
