// npm run release: builds and packs every public package, as publishing would, and publishes nothing.
import { basename, join } from "node:path"
import { pack } from "./lib/packages.mjs"
import { cache, fail, install, say, turbo } from "./lib/setup.mjs"

install()
if (!turbo(["build", "--filter=./packages/*", "--output-logs=errors-only"])) fail("The build failed: see above.")
for (const { manifest, tarball, files, size } of pack(join(cache, "release")))
  console.log(
    `${manifest.name}@${manifest.version}  ${basename(tarball)}  ${files.length} files  ${(size / 1024).toFixed(1)} KiB`,
  )
say("A dry run: nothing was published. The tarballs are in .cache/release.")
