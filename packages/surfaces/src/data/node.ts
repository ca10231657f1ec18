import { define } from "../define.js"

export const surfaces = define("node", [
  {
    id: "node-options",
    vendor: "Node.js",
    title: "NODE_OPTIONS code loading",
    kind: "code-injection",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "honoured",
    trigger: {
      variables: {
        NODE_OPTIONS: "--require, --import, --loader, --experimental-loader, --conditions, --inspect*, ...",
        NODE_PATH: "directories",
        NODE_REPL_EXTERNAL_MODULE: "file",
        NODE_EXTRA_CA_CERTS: "file",
        NODE_TLS_REJECT_UNAUTHORIZED: "0 (licence server!)",
        SSL_CERT_FILE: "file",
        SSL_CERT_DIR: "directory",
      },
    },
    writes: "arbitrary JS before the application",
    exposes: ["code-exec", "keys"],
    neutralise: {
      unset: ["NODE_OPTIONS", "NODE_PATH", "NODE_REPL_EXTERNAL_MODULE"],
      unsetPrefixes: ["NODE_"],
      otherwise:
        "cannot be undone inside the process: re-exec with a clean environment, check process.execArgv, process.env.NODE_OPTIONS and require.cache at start, or ship a single executable / Electron fuse that ignores NODE_OPTIONS",
      before: "process start",
    },
    sources: ["nodejs/node doc/api/cli.md"],
    verified: "ran",
    evidence:
      "read in vendor documentation (stored copy); run here (node 20.20.2: --require and --import data: both ran)",
    proof: {
      attacks: [
        "NODE_OPTIONS=--require",
        "NODE_OPTIONS=--import",
        "NODE_EXTRA_CA_CERTS: a certificate authority of the attacker's",
      ],
      vault: "harmless",
    },
  },
  {
    id: "node-inspector",
    vendor: "Node.js",
    title: "inspector",
    kind: "code-injection",
    platforms: ["linux", "windows", "macos"],
    byDefault: "on",
    state: "SIGUSR1 opens the inspector on 127.0.0.1:9229 in every ordinary node process",
    trigger: {
      variables: { NODE_OPTIONS: "--inspect, --inspect-brk, --inspect-port, --inspect-wait" },
      api: ["SIGUSR1 to the process", "process._debugProcess(pid) (also Windows)"],
    },
    writes: "full memory and code access over websocket",
    where: "127.0.0.1:9229",
    exposes: ["code-exec", "weights", "keys"],
    neutralise: {
      otherwise:
        'process.on("SIGUSR1",()=>{}) in the main thread stops the signal from opening the inspector (run here); or start with --disable-sigusr1 (newer node; 20.20.2 says "bad option"); also check inspector.url() and process.execArgv',
      before: "process start",
    },
    sources: ["nodejs/node doc/api/cli.md (--disable-sigusr1 in the allowed list)"],
    verified: "ran",
    evidence:
      'run here: "Debugger listening on ws://127.0.0.1:9229" after SIGUSR1; with a JS handler installed inspector.url() stayed undefined',
    proof: { attacks: ["NODE_OPTIONS=--inspect", "SIGUSR1, then the inspector"], vault: "harmless" },
  },
  {
    id: "node-heap-dumps",
    vendor: "Node.js",
    title: "heap snapshots, profiles, reports",
    kind: "dump",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "OFF",
    trigger: {
      variables: {
        NODE_OPTIONS:
          "--heapsnapshot-signal=SIG, --heapsnapshot-near-heap-limit=n, --diagnostic-dir, --heap-prof, --cpu-prof, --report-on-signal, --report-on-fatalerror, --report-uncaught-exception, --abort-on-uncaught-exception, --trace-event-categories, --tls-keylog, --redirect-warnings, --perf-basic-prof, --track-heap-objects, --snapshot-blob",
        NODE_V8_COVERAGE: "directory",
        NODE_DEBUG: "modules",
        NODE_DEBUG_NATIVE: "modules",
        NODE_REDIRECT_WARNINGS: "file",
        NODE_COMPILE_CACHE: "dir (>= 22.1; nothing written by 20.20.2)",
        NODE_REPL_HISTORY: "file",
      },
      api: ["v8.writeHeapSnapshot", "process.report"],
    },
    writes:
      "heap snapshot: JS strings in clear (keys held as strings!), NOT Buffer/TypedArray bytes nor doubles; report: whole environment and argv; coverage: source map cache",
    where: "working directory or --diagnostic-dir",
    paths: ["*.heapsnapshot", "*.heapprofile", "*.cpuprofile", "report.*.json", "node_trace.*.log"],
    exposes: ["keys", "metadata"],
    neutralise: {
      set: { NODE_DISABLE_COMPILE_CACHE: "1" },
      unset: [
        "NODE_OPTIONS",
        "NODE_V8_COVERAGE",
        "NODE_DEBUG",
        "NODE_DEBUG_NATIVE",
        "NODE_REDIRECT_WARNINGS",
        "NODE_COMPILE_CACHE",
      ],
      otherwise: "never hold keys or plaintext in JS strings (hex/base64); use Buffer and fill(0)",
      before: "process start",
    },
    sources: ["nodejs/node doc/api/cli.md"],
    verified: "ran",
    evidence:
      "run here: string value present in the snapshot; Buffer bytes (raw, hex, base64) and a double of an Array absent",
    proof: {
      attacks: [
        "NODE_OPTIONS=--heapsnapshot-signal",
        "Node's --cpu-prof",
        "NODE_OPTIONS=--report-on-signal, and the reports of errors",
      ],
      vault: "harmless",
    },
  },
  {
    id: "node-openssl-conf",
    vendor: "Node.js/OpenSSL",
    title: "OpenSSL configuration file loads provider/engine libraries",
    kind: "code-injection",
    platforms: ["linux", "windows", "macos"],
    byDefault: "off",
    state: "OPENSSL_CONF honoured; section nodejs_conf",
    trigger: {
      variables: {
        OPENSSL_CONF: "file",
        OPENSSL_MODULES: "directory",
        OPENSSL_ENGINES: "directory",
        NODE_OPTIONS: "--openssl-config=file, --openssl-shared-config",
        SSLKEYLOGFILE: "file (other TLS libraries)",
      },
    },
    writes:
      "arbitrary native code in the process that decrypts the model; a provider can replace AES/HKDF and see keys",
    exposes: ["code-exec", "keys"],
    neutralise: {
      unset: ["OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES"],
      otherwise: "cannot be undone after start; re-exec with a clean environment",
      before: "process start",
    },
    sources: ["nodejs/node doc/api/cli.md OPENSSL_CONF"],
    verified: "ran",
    evidence: "run here (node 20.20.2: a [providers] entry in OPENSSL_CONF ran our constructor)",
    proof: { attacks: ["OPENSSL_CONF with a provider"], vault: "harmless" },
  },
  {
    id: "node-env-worker",
    vendor: "Node.js",
    title: "process.env inside worker threads is a copy",
    kind: "code-injection",
    platforms: ["linux", "windows", "macos"],
    byDefault: "on",
    state:
      "assigning process.env in a default Worker does NOT change the real environment that native libraries read; in the main thread it does (setenv)",
    trigger: { api: ["new Worker(..., {env: SHARE_ENV})"] },
    writes: "nothing",
    exposes: ["mitigation-failure"],
    neutralise: {
      otherwise: "sanitise in the main thread before starting workers, or use SHARE_ENV",
      before: "dlopen of any driver",
    },
    sources: ["packages/surfaces/test/triggers/node.test.ts"],
    verified: "ran",
    evidence:
      "run here. In a vault (run here too) no assignment is relied on: what its thread and native code in it see is what it was started with.",
    checked: "2026-11-30",
    proof: { trigger: "node", vault: "harmless" },
  },
])
