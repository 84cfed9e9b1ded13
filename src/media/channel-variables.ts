/**
 * The variables a channel begins with and those that offer, answer and statistics set: the names
 * that applications and the client library read.
 */
import type { HeaderValue } from '../esl/event.ts'
import type { Agreement } from '../sdp/offer-answer.ts'
import type { SipMessage } from '../sip/message.ts'
import { firstAudio } from './negotiation.ts'
import type { Negotiation } from './negotiation.ts'
import type { RtpSession } from './rtp-session.ts'

type Variables = (readonly [string, HeaderValue])[]

/** What the INVITE says. `outbound` is the address of the application's listener. */
export function callVariables(
  uuid: string,
  number: number,
  invite: SipMessage,
  profile: string,
  address: { ip: string; port: number },
  outbound: string,
): Variables {
  const userAgent = invite.get('User-Agent') ?? ''
  const variables: Variables = [
    ['direction', 'inbound'],
    ['uuid', uuid],
    ['call_uuid', uuid],
    ['session_id', String(number)],
    ['sip_network_ip', address.ip],
    ['sip_network_port', String(address.port)],
    ['sip_received_ip', address.ip],
    ['sip_received_port', String(address.port)],
    ['sofia_profile_name', profile],
    ['sip_user_agent', userAgent],
    ['sip_call_id', invite.callId],
    ['sip_from_tag', invite.fromTag],
    ['sip_cseq', String(invite.cseqNumber)],
    ['sip_full_from', invite.get('From') ?? ''],
    ['endpoint_disposition', 'ANSWER'],
    ['send_silence_when_idle', '-1'],
    ['hangup_after_bridge', 'false'],
    ['park_after_bridge', 'true'],
    ['playback_terminators', 'none'],
    ['socket_host', outbound.slice(0, outbound.lastIndexOf(':'))],
  ]
  // Headers of the application's own, as the field names them.
  invite.names.forEach((name, index) => {
    if (/^(X-|P-)/i.test(name)) variables.push([`sip_h_${name}`, invite.values[index] ?? ''])
  })
  return variables
}

/** What offer and answer came to. */
export function mediaVariables(
  negotiation: Negotiation,
  session: RtpSession,
  agreement: Agreement,
): Variables {
  const remote = agreement.remote ?? firstAudio(negotiation.remoteText) ?? { address: '', port: 0 }
  const eventType = String(agreement.receiveEventType ?? 0)
  return [
    ...localVariables(negotiation, session),
    ['switch_r_sdp', negotiation.remoteText],
    ['remote_media_ip', remote.address],
    ['remote_media_port', String(remote.port)],
    ['audio_media_flow', agreement.direction],
    ['media_audio_mode', agreement.direction],
    ['dtmf_type', agreement.receiveEventType === undefined ? 'info' : 'rfc2833'],
    ['rtp_2833_send_payload', eventType],
    ['rtp_2833_recv_payload', eventType],
    ['rtp_use_codec_name', agreement.codec],
    ['rtp_use_codec_rate', '8000'],
    ['rtp_use_codec_ptime', '20'],
    ['rtp_use_codec_channels', '1'],
    ['rtp_use_pt', String(agreement.sendPayloadType)],
    ['rtp_audio_recv_pt', String(agreement.receivePayloadType)],
    ['read_codec', agreement.codec],
    ['read_rate', '8000'],
    ['write_codec', agreement.codec],
    ['write_rate', '8000'],
  ]
}

/** Our side, known as soon as there is a port. */
export function localVariables(negotiation: Negotiation, session: RtpSession): Variables {
  const local = firstAudio(negotiation.localText)
  return [
    ['rtp_use_codec_string', 'PCMU,PCMA'],
    ['rtp_use_ssrc', String(session.ssrc)],
    ['rtp_local_sdp_str', negotiation.localText],
    ['local_media_ip', local?.address ?? session.address],
    ['local_media_port', String(session.port)],
    ['advertised_media_ip', local?.address ?? session.address],
  ]
}

/** The counters that `uuid_set_media_stats` sets. */
export function statisticsVariables(session: RtpSession): Variables {
  const { counts } = session
  const incoming = {
    raw_bytes: counts.receivedOctets + counts.received * 12,
    media_bytes: counts.receivedOctets,
    packet_count: counts.received,
    media_packet_count: counts.received - counts.noise,
    skip_packet_count: counts.lost,
    jitter_packet_count: counts.late,
    dtmf_packet_count: counts.digits,
    cng_packet_count: counts.noise,
    flush_packet_count: counts.refused + counts.bad,
    largest_jb_size: counts.largestHeld,
    jitter_min_variance: counts.jitterMs.toFixed(2),
    jitter_max_variance: counts.jitterMs.toFixed(2),
    jitter_loss_rate: lossRate(counts.lost, counts.received).toFixed(2),
    jitter_burst_rate: '0.00',
    mean_interval: '20.00',
    flaw_total: counts.lost,
    quality_percentage: quality(counts.lost, counts.received).toFixed(2),
    mos: meanOpinion(counts.lost, counts.received).toFixed(2),
  }
  const outgoing = {
    raw_bytes: counts.sentOctets + counts.sent * 12,
    media_bytes: counts.sentOctets,
    packet_count: counts.sent,
    media_packet_count: counts.sent,
    skip_packet_count: 0,
    dtmf_packet_count: 0,
    cng_packet_count: 0,
  }
  const named = (prefix: string, values: object): Variables =>
    Object.entries(values).map(([name, value]) => [`rtp_audio_${prefix}_${name}`, String(value)])
  return [
    ...named('in', incoming),
    ...named('out', outgoing),
    ['rtp_audio_rtcp_packet_count', '0'],
    ['rtp_audio_rtcp_octet_count', '0'],
  ]
}

function lossRate(lost: number, received: number): number {
  return lost + received === 0 ? 0 : lost / (lost + received)
}

function quality(lost: number, received: number): number {
  return 100 * (1 - lossRate(lost, received))
}

/**
 * G.711 without loss is 4.5; the E-model's loss term (ITU-T G.113: Bpl 4.3 without concealment,
 * 25.1 with).
 */
function meanOpinion(lost: number, received: number): number {
  const percent = 100 * lossRate(lost, received)
  const rating = 93.2 - 95 * percent / (percent + 25.1)
  return rating <= 0
    ? 1
    : Math.min(4.5, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
}
