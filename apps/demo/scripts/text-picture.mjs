import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const fonts = join(dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")), "ttf")

// A machine without fonts has no fontconfig either, and each piece of text would then print a warning.
if (!existsSync("/etc/fonts/fonts.conf")) {
  process.env.FONTCONFIG_FILE ??= fileURLToPath(new URL("fonts.conf", import.meta.url))
}
const { default: sharp } = await import("sharp")

/** The faces that texts are set in, of the package dejavu-fonts-ttf: no font of the machine is used. */
export const faces = {
  sans: { file: join(fonts, "DejaVuSans.ttf"), name: "DejaVu Sans" },
  bold: { file: join(fonts, "DejaVuSans-Bold.ttf"), name: "DejaVu Sans Bold" },
  serif: { file: join(fonts, "DejaVuSerif.ttf"), name: "DejaVu Serif" },
  mono: { file: join(fonts, "DejaVuSansMono.ttf"), name: "DejaVu Sans Mono" },
  monoBold: { file: join(fonts, "DejaVuSansMono-Bold.ttf"), name: "DejaVu Sans Mono Bold" },
}

/**
 * Sets one piece of text as a picture with a transparent ground, as large as the text.
 *
 * @param {string} text
 * @param {{ face: keyof typeof faces, size: number, colour: string, spacing?: number }} style `size` in pixels, and
 *   `spacing` between lines, of the face's own by default.
 */
export async function setText(text, { face, size, colour, spacing = 0 }) {
  const escaped = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="${colour}">${escaped}</span>`,
      font: `${faces[face].name} ${size}`,
      fontfile: faces[face].file,
      dpi: 72,
      spacing,
      rgba: true,
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
