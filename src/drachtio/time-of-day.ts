/**
 * Time stamps of the control protocol: `HH:MM:SS.uuuuuu` in UTC (§3.1 field 7). The part up to the
 * seconds is kept until the second changes, since many messages share one.
 */

const microsPerSecond = 1_000_000
const secondsPerDay = 86_400

let lastSecond = -1
let lastText = ''

/** Prints microseconds since 1970 as time of day. `micros` must not be negative. */
export function formatTimeOfDay(micros: number): string {
  const whole = Math.floor(micros)
  const second = Math.floor(whole / microsPerSecond)
  if (second !== lastSecond) {
    lastSecond = second
    const ofDay = second % secondsPerDay
    const [hour, minute] = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60]
    lastText = `${two(hour)}:${two(minute)}:${two(ofDay % 60)}.`
  }
  // Six digits with leading zeros: a seventh is put before them and cut off.
  return lastText + String(microsPerSecond + (whole - second * microsPerSecond)).slice(1)
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n)
}
