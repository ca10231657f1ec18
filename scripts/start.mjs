// npm start: installs what is missing, builds, and runs the sample application.
import { spawn } from "node:child_process"
import { join } from "node:path"
import { fail, install, root, say, turbo } from "./lib/setup.mjs"

install()
say("Building ...")
if (!turbo(["build", "--filter=@strongroom/demo", "--output-logs=errors-only"])) fail("The build failed: see above.")

const app = spawn(process.execPath, [join(root, "apps/demo/dist/main.js"), ...process.argv.slice(2)], {
  stdio: "inherit",
})
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => app.kill(signal))
app.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)))
