import type { Operator, OperatorTable } from "./call.js"

/** Operators that are a walk through their input in another order. */

const tile: Operator = async (node) => {
  const { builder } = node
  const x = node.input(0)
  const repeats = await node.integers(1)
  if (repeats?.length !== x.shape.length || repeats.some((count) => count < 0)) {
    throw node.broken("has repeats that don't fit its input")
  }
  // Each axis after one that counts its repeats.
  const apart = builder.reshape(
    x,
    x.shape.flatMap((length) => [1, length]),
  )
  const shape = x.shape.flatMap((length, axis) => [repeats[axis] as number, length])
  return builder.reshape(
    builder.expand(apart, shape),
    x.shape.map((length, axis) => length * (repeats[axis] as number)),
  )
}

const depthToSpace: Operator = (node) => {
  const { builder } = node
  const x = node.input(0)
  const block = node.int("blocksize")
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape
  const depth = channels / block ** 2
  if (x.shape.length !== 4 || block < 1 || !Number.isInteger(depth))
    throw node.broken("has channels that make no blocks")
  const isColumnsFirst = node.text("mode", "DCR") === "CRD"
  const apart = isColumnsFirst
    ? [batch, depth, block, block, height, width]
    : [batch, block, block, depth, height, width]
  const order = isColumnsFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
  return builder.reshape(builder.transpose(builder.reshape(x, apart), order), [
    batch,
    depth,
    height * block,
    width * block,
  ])
}

const spaceToDepth: Operator = (node) => {
  const { builder } = node
  const x = node.input(0)
  const block = node.int("blocksize")
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape
  const [rows, columns] = [height / block, width / block]
  if (x.shape.length !== 4 || block < 1 || !Number.isInteger(rows) || !Number.isInteger(columns)) {
    throw node.broken("has sizes that make no blocks")
  }
  const apart = builder.reshape(x, [batch, channels, rows, block, columns, block])
  return builder.reshape(builder.transpose(apart, [0, 3, 5, 1, 2, 4]), [batch, channels * block ** 2, rows, columns])
}

export const rearranging: OperatorTable = { Tile: tile, DepthToSpace: depthToSpace, SpaceToDepth: spaceToDepth }
