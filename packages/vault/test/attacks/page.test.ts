import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { attacks } from "./all.js"

/** docs/attacks.md is written by `npx vitest run test/attacks/page.test.ts --update`. */
it("docs/attacks.md lists every attack", async () => {
  const rows = attacks.map(({ title, takes, stoppedBy }) => `| ${title} | ${takes.join(", ")} | ${stoppedBy} |`)
  const page = `# Attacks

Each is a test in packages/vault/test/attacks, run as an ordinary user. It is made first on a process that opens the model by itself, with Node's defaults, and must take what the second column says; then on a vault, from which it must take nothing. A scanner looks for what was taken: it seeks the identity, the content key, the payload key and 32 windows of the weights, each with at least 7 bits of entropy a byte, in files, memory and swap, and has tests of its own that plant them. An app that changes a shared tensor while it is used has tests of its own, in \`test/shared-memory.test.ts\`. What can't be stopped is in [the threat model](threat-model.md#what-cant-be-stopped), with its tests in \`limits.test.ts\`.

\`npm test\` makes them all in about three minutes; with \`STRONGROOM_FULL\` processes are stopped and killed at 60 moments of their start, and gdb writes whole cores. What each was told by the system is in \`packages/vault/.results/attacks.json\`. An attack that a machine doesn't allow on any process is skipped, and says why in its name: with \`kernel.yama.ptrace_scope\` 1 those that read another process; where cores are piped to a program, those by core files; where the kernel lets nobody write code by \`/proc/PID/mem\`, the one that does; where an ordinary user can't make namespaces, those that only they stop, and there the report says \`unavailable\`. The one that pipes cores changes a setting of the whole machine: root does it, in CI or the full form.

| attack | takes from the unprotected process | against the vault |
|---|---|---|
${rows.join("\n")}
`
  await expect(page).toMatchFileSnapshot(fileURLToPath(new URL("../../../../docs/attacks.md", import.meta.url)))
})
