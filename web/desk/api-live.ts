/**
 * Requests about live calls and their ladders.
 */
import type {
  CallCommandReply, DeskCallReply, LadderReply, LiveCallsReply,
} from '../../src/api/schema-live.ts'
import { query, send } from '../api.ts'

export const liveApi = {
  list: (filter: Readonly<Record<string, string | number | undefined>>) =>
    send('GET', `/desk/live${query(filter)}`) as Promise<LiveCallsReply>,
  call: (id: string) => send('GET', `/desk/calls/${id}`) as Promise<DeskCallReply>,
  ladder: (id: string) => send('GET', `/desk/calls/${id}/ladder`) as Promise<LadderReply>,
  end: (id: string, reason: string) =>
    send('POST', `/desk/calls/${id}/end`, { reason }) as Promise<CallCommandReply>,
  command: (id: string, commandId: string) =>
    send('GET', `/desk/calls/${id}/commands/${commandId}`) as Promise<CallCommandReply>,
}

export function pcapHref(id: string): string {
  return `/api/desk/calls/${id}/ladder.pcap`
}
