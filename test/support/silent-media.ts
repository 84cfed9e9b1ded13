/**
 * A media server that lets an application in and then does nothing: its event socket answers until
 * told to be silent, calls sent to its SIP address are never answered.
 */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'

export interface SilentMedia {
  readonly eslPort: number
  /** Commands so far, the greeting not counted. */
  readonly commands: string[]
  /** No command is answered from now on. */
  silence(): void
}

/** Starts it on free ports; ends with the test. `profile` as in `sofia status`. */
export async function startSilentMedia(t: Test, profile = 'drachtio_mrf'): Promise<SilentMedia> {
  const sip = createSocket('udp4')
  await new Promise<void>((resolve) => sip.bind(0, '127.0.0.1', resolve))
  const status = `  ${profile}\tprofile\tsip:mod_sofia@127.0.0.1:${sip.address().port}\tRUNNING (0)\n`
  const commands: string[] = []
  const sockets = new Set<Socket>()
  let isSilent = false
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write('Content-Type: auth/request\n\n')
    let unread = ''
    socket.on('data', (data) => {
      const whole = (unread + data.toString('latin1')).split('\n\n')
      unread = whole.pop() ?? ''
      for (const command of whole) {
        commands.push(command)
        if (isSilent) continue
        const body = command === 'api sofia status' ? status : '0 up\n'
        socket.write(command.startsWith('api')
          ? `Content-Type: api/response\nContent-Length: ${body.length}\n\n${body}`
          : 'Content-Type: command/reply\nReply-Text: +OK accepted\n\n')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
    sip.close()
  })
  return {
    eslPort: (server.address() as AddressInfo).port, commands,
    silence: () => { isSilent = true },
  }
}
