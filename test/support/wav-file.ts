/** RIFF/WAVE files for tests, written by hand: 16-bit mono with one tone. */

export interface ToneFile {
  readonly frequency: number
  readonly samples: number
  /** Default 8000. */
  readonly rate?: number
  readonly peak?: number
}

/** The whole file. */
export function toneFile({ frequency, samples, rate = 8000, peak = 8000 }: ToneFile): Buffer {
  const file = Buffer.alloc(44 + samples * 2)
  file.write('RIFF', 0)
  file.writeUInt32LE(36 + samples * 2, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(rate, 24)
  file.writeUInt32LE(rate * 2, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36)
  file.writeUInt32LE(samples * 2, 40)
  for (let i = 0; i < samples; i++) file.writeInt16LE(Math.round(peak * Math.sin(2 * Math.PI * frequency * i / rate)), 44 + i * 2)
  return file
}
