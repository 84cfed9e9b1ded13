/**
 * The one thing the application does to a session description itself: refuse an offer in an answer,
 * when a call ends before the other side could answer it (RFC 3264 §6: port 0 refuses a stream).
 * Everything else passes end to end untouched.
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
