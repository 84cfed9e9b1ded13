/**
 * A look at a media server's event socket before drachtio-fsmrf is let at it. The library waits
 * for ever when the secret is wrong and takes the process down when the server has no SIP profile
 * of the expected name or the listen address is not ours; all of that is found here, within a
 * limit, and told in one sentence. It logs in, asks `sofia status` and leaves.
 */
import { createConnection, createServer } from 'node:net'

export interface ProbedServer {
  readonly host: string
  readonly port: number
  readonly secret: string
  readonly profile: string
}

/** `sofia status` of a server with many profiles is some kilobytes. */
const maxOctets = 64 * 1024

/** Resolves with undefined when the library can be let at the server, else with what is wrong. */
export function probeServer(server: ProbedServer, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: server.host, port: server.port })
    let heard = ''
    let step: 'greeting' | 'auth' | 'status' = 'greeting'
    const end = (fault: string | undefined): void => {
      socket.destroy()
      resolve(fault)
    }
    const send = (command: string): void => {
      heard = ''
      socket.write(`${command}\n\n`)
    }
    socket.setTimeout(limitMs, () => end(`no answer in ${limitMs} ms`))
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    socket.on('close', () => end('closed the connection'))
    socket.on('data', (data) => {
      heard += data.toString('latin1')
      if (heard.length > maxOctets) return end('talks too much')
      if (heard.includes('text/rude-rejection')) return end('does not take connections from here')
      if (step === 'greeting' && heard.includes('auth/request')) {
        step = 'auth'
        send(`auth ${server.secret}`)
      } else if (step === 'auth' && heard.includes('Reply-Text:')) {
        if (!heard.includes('+OK')) return end('does not take the secret')
        step = 'status'
        send('api sofia status')
      } else if (step === 'status' && isWhole(heard)) {
        const { profile } = server
        end(hasProfile(heard, profile) ? undefined : `has no SIP profile ${profile}`)
      }
    })
  })
}

/** Whether we may listen on this address; resolves with what is wrong, if anything. */
export function probeListenAddress(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(0, host, () => server.close(() => resolve(undefined)))
  })
}

/** An api response with all of its body. */
function isWhole(heard: string): boolean {
  const header = heard.indexOf('\n\n')
  const length = /Content-Length: *(\d+)/i.exec(heard)?.[1]
  return header >= 0 && length !== undefined && heard.length >= header + 2 + Number(length)
}

/** The row that the library looks for: profile, then an IPv4 SIP address of mod_sofia. */
function hasProfile(status: string, profile: string): boolean {
  return status.split('\n').some((line) => {
    const [name] = line.trim().split(/\s/)
    return name === profile && /sip:mod_sofia@(\d{1,3}\.){3}\d{1,3}:\d+/.test(line)
  })
}
