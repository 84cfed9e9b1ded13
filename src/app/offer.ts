/**
 * The little the application reads and writes in session descriptions itself: refuse an offer in an
 * answer when a call ends before the other side could answer it (RFC 3264 §6: port 0 refuses a
 * stream), offer a session anew, see fax coming. All else passes end to end or is a media server's.
 */

/** Answer to `offer` with every stream refused; '' when there is nothing to answer. */
export function refuseOffer(offer: string): string {
  if (offer === '') return ''
  const lines: string[] = []
  let inMedia = false
  for (const line of offer.split('\r\n')) {
    if (line.startsWith('m=')) {
      inMedia = true
      lines.push(withPortZero(line))
    } else if (!inMedia && !line.startsWith('a=') && line !== '') lines.push(line)
  }
  return `${lines.join('\r\n')}\r\n`
}

/** 'm=audio 40000 RTP/AVP 0 8' → 'm=audio 0 RTP/AVP 0 8' */
function withPortZero(line: string): string {
  const port = line.indexOf(' ')
  const rest = line.indexOf(' ', port + 1)
  return port < 0 || rest < 0 ? line : `${line.slice(0, port)} 0${line.slice(rest)}`
}

/** Whether it wants a picture or fax stream (T.38, RFC 3362), one that is not refused. */
export function hasImage(sdp: string): boolean {
  for (let at = sdp.indexOf('m=image '); at >= 0; at = sdp.indexOf('m=image ', at + 1)) {
    const isLine = at === 0 || sdp[at - 1] === '\n'
    if (isLine && !sdp.startsWith('0 ', at + 'm=image '.length)) return true
  }
  return false
}

/**
 * Our last description offered again, both directions open and the version raised: what a re-INVITE
 * without offer asks for, often to end a hold (RFC 3261 §14.2, RFC 3264 §8).
 */
export function offerAgain(sdp: string): string {
  return sdp.split('\r\n').map((line) => {
    if (line === 'a=sendonly' || line === 'a=recvonly' || line === 'a=inactive') return 'a=sendrecv'
    return line.startsWith('o=') ? withNextVersion(line) : line
  }).join('\r\n')
}

/** 'o=- 77 1 IN IP4 192.0.2.1' → 'o=- 77 2 IN IP4 192.0.2.1' */
function withNextVersion(line: string): string {
  const fields = line.split(' ')
  const version = Number(fields[2])
  if (!Number.isSafeInteger(version + 1)) return line
  fields[2] = String(version + 1)
  return fields.join(' ')
}
