/**
 * The key with which OpenVINO's CPU plugin hides the graph in its model cache unless it is given callbacks: openvino,
 * src/plugins/intel_cpu/src/utils/codec_xor.cpp. It is the same for everybody.
 */
const key = [0x30, 0x60, 0x70, 0x02, 0x04, 0x08, 0x3f, 0x6f, 0x72, 0x74, 0x78, 0x7f]

/** The graph's XML out of a blob of OpenVINO's CPU plugin, in the clear or hidden; undefined where there is none. */
export function openvinoGraph(blob: Uint8Array): string | undefined {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
  const start = Buffer.from("<?xml version=").map((byte, index) => byte ^ (key[index % key.length] as number))
  const at = bytes.indexOf(start)
  if (at < 0) {
    const clear = bytes.indexOf("<net ")
    return clear < 0 ? undefined : bytes.toString("latin1", clear)
  }
  const clear = bytes.subarray(at).map((byte, index) => byte ^ (key[index % key.length] as number))
  const text = Buffer.from(clear).toString("latin1")
  const end = text.indexOf("</net>")
  return end < 0 ? text : text.slice(0, end + 6)
}
