// Runs node-opencl's suite in the folder that is named, and sends each case's outcome to the parent.
const { join } = require("node:path")
const Mocha = require("mocha")

const [folder, ...files] = process.argv.slice(2)
const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Mocha.Runner.constants
const cases = []

class Collector extends Mocha.reporters.Base {
  constructor(runner, options) {
    super(runner, options)
    const add = (outcome) => (test, error) =>
      cases.push({ title: test.fullTitle(), file: test.file, outcome, message: error?.message })
    runner.on(EVENT_TEST_PASS, add("passed"))
    runner.on(EVENT_TEST_FAIL, add("failed"))
    runner.on(EVENT_TEST_PENDING, add("skipped"))
  }
}

// The first build of a kernel takes a while on a busy machine.
const mocha = new Mocha({ reporter: Collector, timeout: 20_000 })
for (const file of files) mocha.addFile(join(folder, "test", file))
mocha.run(() => process.send(cases, () => process.exit(0)))
