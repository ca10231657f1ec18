import type { Epilogue } from "../../src/kernels/kernel-call.js"

/** An epilogue whose result depends on the channel, or column, and the same for one number. */
export const reluPlusChannel: { readonly epilogue: Epilogue; after(value: number, channel: number): number } = {
  epilogue: {
    parameters: "",
    apply: (value, { lanes, channel, width }) => {
      const step = lanes === "channels" ? 1 : 0
      const channels = Array.from({ length: width }, (_, lane) => `(float)(${channel} + ${lane * step})`).join(", ")
      const type = width === 1 ? "float" : `float${width}`
      return `${value} = max(${value}, (${type})(0.0f)) + (${type})(${channels});`
    },
  },
  after: (value, channel) => Math.max(value, 0) + channel,
}
