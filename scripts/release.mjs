// npm run release: builds and packs every public package, as publishing would, and publishes nothing.
import { basename, join } from "node:path"
import { pack } from "./lib/packages.mjs"
import { cache, fail, install, say, turbo, zig } from "./lib/setup.mjs"

install()
const compiler = zig()
if (!compiler) fail("A release holds the vault's native part for every platform, which needs Python with venv and pip.")
const environment = { STRONGROOM_ZIG: compiler }
// Not from a cache, which may hold what this machine's own compiler made.
if (!turbo(["build", "--force", "--filter=./packages/*", "--output-logs=errors-only"], environment))
  fail("The build failed: see above.")
for (const { manifest, tarball, files, size } of pack(join(cache, "release")))
  console.log(
    `${manifest.name}@${manifest.version}  ${basename(tarball)}  ${files.length} files  ${(size / 1024).toFixed(1)} KiB`,
  )
say("A dry run: nothing was published. The tarballs are in .cache/release.")
