import { execFileSync } from "node:child_process"
import { afterEach, beforeEach, expect, it } from "vitest"
import { makeWorkplace, type Workplace } from "./session.js"

/** A disk of our own to fill needs a mount namespace, which not every Linux gives its users. */
function canMount(): boolean {
  try {
    execFileSync("unshare", ["-Urm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

let workplace: Workplace
beforeEach(async () => {
  workplace = await makeWorkplace()
})
afterEach(async () => {
  await workplace.remove()
})

it.skipIf(process.platform !== "linux")("says that its result can't be written", async () => {
  expect(await workplace.run("strongroom sweep . > /dev/full")).toMatchObject({
    stderr: "error: Standard output can't be written: ENOSPC: no space left on device, write. (sink-failed)\n",
    exitCode: 1,
  })
})

it.skipIf(!canMount())("leaves nothing half-written on a full disk", async () => {
  await workplace.run('mkdir disk; strongroom keygen publisher; cp "$MODELS"/*cls_infer.onnx ocr.onnx')
  const onSmallDisk = (command: string) =>
    workplace.run(
      `unshare -Urm sh -c 'mount -t tmpfs -o size=256k tmpfs disk && { ${command}; echo "exit $?"; ls -A disk; }'`,
    )
  const { stdout, stderr } = await onSmallDisk("strongroom seal ocr.onnx -o disk/ocr.sealed --key publisher.key")
  expect(stderr).toBe("error: disk/ocr.sealed can't be written: the disk is full (ENOSPC). (sink-failed)\n")
  expect(stdout).toBe("exit 1\n")
  // The model on a disk with room, its key on one without: neither is there.
  const filled = await onSmallDisk(
    "dd if=/dev/zero of=disk/fill bs=4k 2>/dev/null; strongroom seal ocr.onnx -o ocr.sealed --content-key disk/key --key publisher.key",
  )
  expect(filled.stderr).toBe("error: disk/key can't be written: the disk is full (ENOSPC). (sink-failed)\n")
  expect(filled.stdout).toBe("exit 1\nfill\n")
  expect((await workplace.run("ls -A")).stdout).toBe("disk\nocr.onnx\npublisher.key\npublisher.pub\n")
})
