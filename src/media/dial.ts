/**
 * Opening the event socket of one call to the application that asked for it. The address comes out
 * of an INVITE: whoever may send one must not make us connect anywhere.
 */
import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { systemClock } from '../clock.ts'

/** The client waits four seconds for our connection. */
const dialTimeoutMs = 3000

/**
 * Connects to `outbound`, `HOST:PORT`. Undefined when that is no address, one that is not allowed,
 * or nobody listens there in time.
 */
export async function dial(
  outbound: string,
  isAllowed: (address: string) => boolean,
): Promise<Socket | undefined> {
  const colon = outbound.lastIndexOf(':')
  const host = outbound.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, '')
  const port = Number(outbound.slice(colon + 1))
  if (host === '' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined
  const address =
    isIP(host) !== 0
      ? host
      : await lookup(host).then(
          (found) => found.address,
          () => '',
        )
  if (!isAllowed(address)) return undefined
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const give = (result: Socket | undefined): void => {
      cancel()
      socket.removeAllListeners()
      if (result === undefined) {
        socket.on('error', () => {})
        socket.destroy()
      }
      resolve(result)
    }
    const cancel = systemClock.wakeAt(systemClock.nowMs() + dialTimeoutMs, () => give(undefined))
    socket.once('connect', () => give(socket))
    socket.once('error', () => give(undefined))
  })
}
