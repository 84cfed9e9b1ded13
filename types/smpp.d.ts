/** Types of smpp 0.5, which brings none: what the SMS driver and its tests use of it. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Server as NetServer } from 'node:net'

  export interface Pdu {
    readonly command: string
    readonly command_status: number
    readonly sequence_number: number
    readonly message_id?: string
    readonly system_id?: string
    readonly password?: string
    readonly source_addr?: string
    readonly destination_addr?: string
    readonly data_coding?: number
    readonly esm_class?: number
    readonly registered_delivery?: number
    readonly short_message?: { readonly message?: string | Buffer } | Buffer | string
    readonly message_payload?: { readonly message?: string | Buffer } | Buffer | string
    readonly receipted_message_id?: string
    readonly message_state?: number
    response(fields?: Readonly<Record<string, unknown>>): Pdu
  }

  export interface Session extends EventEmitter {
    send(pdu: Pdu, response?: (reply: Pdu) => void): boolean
    bind_transceiver(fields: Readonly<Record<string, unknown>>, reply: (pdu: Pdu) => void): boolean
    submit_sm(fields: Readonly<Record<string, unknown>>, reply: (pdu: Pdu) => void): boolean
    deliver_sm(fields: Readonly<Record<string, unknown>>, reply?: (pdu: Pdu) => void): boolean
    enquire_link(reply: (pdu: Pdu) => void): boolean
    unbind(reply?: (pdu: Pdu) => void): boolean
    close(done?: () => void): void
    destroy(done?: () => void): void
    on(event: 'connect' | 'secureConnect' | 'close', run: () => void): this
    on(event: 'error', run: (fault: Error) => void): this
    on(event: string, run: (pdu: Pdu) => void): this
  }

  interface Smpp {
    connect(options: { readonly host: string; readonly port: number; readonly tls?: boolean }): Session
    createServer(options: object, onSession: (session: Session) => void): NetServer
  }
  const smpp: Smpp
  export default smpp
}
