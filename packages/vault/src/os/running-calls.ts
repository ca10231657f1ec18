import { allStartingCalls } from "./allowed-calls.js"

export const runningCalls = allStartingCalls
