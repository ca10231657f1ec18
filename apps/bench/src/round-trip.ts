// The other side of an empty round trip: gives back what comes on descriptor 3.
import { Socket } from "node:net"

const socket = new Socket({ fd: 3 })
socket.on("data", (bytes) => socket.write(bytes))
socket.on("end", () => process.exit(0))
