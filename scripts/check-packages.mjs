// npm run check:packages: builds every public package and checks its tarball as a consumer would meet it.
import { fail, install, turbo } from "./lib/setup.mjs"

install()
if (!turbo(["build", "--filter=./packages/*", "--output-logs=errors-only"])) fail("The build failed: see above.")
const { checkPackages } = await import("./lib/check-packages.mjs")
const { passed, failed } = await checkPackages()
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
