/**
 * Keeps rows and files of messages, recordings and greetings in order: reads length and waveform of
 * what became whole, mends at the start and each minute what dead processes left, takes away what
 * retention or the subscriber gave up. All of it may be done twice and by several processes.
 */
import { stat } from 'node:fs/promises'
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import { WavError } from '../rtp/wav.ts'
import {
  abandonedRows, expiredRecordings, fileRow, forgetMessage, purgeableMessages, setExpired, setLost,
  setMeasured, unmeasuredRows,
} from '../store/archive-rows.ts'
import type { FileRow, MediaTable } from '../store/archive-rows.ts'
import type { Db } from '../store/database.ts'
import { forgetErrands } from '../store/errands.ts'
import { isRetryable } from '../store/errors.ts'
import { packPeaks } from '../store/waveform.ts'
import { freePart, pathIn, removeFile } from './files.ts'
import { measureWav, mendWav } from './measure.ts'

export interface ArchiveOptions {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  /** The recordings folder. */
  readonly folder: string
  /** Done before each round: what dead processes could not tell the database. */
  readonly replay?: () => Promise<number>
  /** A file that grew within this time is still being written; default 3000. */
  readonly quietMs?: Ms
}

export interface Archive {
  /** A file is whole: its row gets length and waveform soon. */
  measure(what: 'message' | 'recording' | 'greeting', id: string): void
  /** Does now what is done each minute. */
  sweep(): Promise<void>
  /** Ends after what is under way. */
  stop(): Promise<void>
}

const sweepMs: Ms = 60_000
/** After a round that found files still growing. */
const soonMs: Ms = 4000
/** The media server writes the last frames and the header after it told of the end. */
const settleMs: Ms = 150
/** Less speech than this was nobody's message. */
const leastMessageMs = 1000
const lowSpace = 0.05

const tables: Readonly<Record<'message' | 'recording' | 'greeting', MediaTable>> = {
  message: 'messages', recording: 'recordings', greeting: 'audio_files',
}

/** Starts the archive; the first round begins at once and is not waited for. */
export function startArchive(options: ArchiveOptions): Archive {
  const { db, clock, log } = options
  let cancel: Cancel = () => {}
  let stopped = false
  let under: Promise<unknown> = Promise.resolve()
  // One file at a time: reading must not compete with calls for the disk.
  const enqueue = (work: () => Promise<unknown>, what: string): Promise<unknown> => {
    under = under.then(async () => {
      if (!stopped) await work()
    }).catch((fault: unknown) => log.warn({ err: fault }, what))
    return under
  }
  const round = async () => {
    cancel()
    let growing = 0
    await enqueue(async () => { growing = await sweepOnce(options) }, 'media files cannot be kept')
    if (stopped) return
    const at = clock.nowMs() + (growing > 0 ? soonMs : sweepMs)
    cancel = clock.wakeAt(at, () => { void round() })
  }
  void round()
  return {
    measure(what, id) {
      const waited = new Promise<void>((done) => {
        clock.wakeAt(clock.nowMs() + settleMs, done)
      })
      void waited.then(() => enqueue(async () => {
        const row = await fileRow(db, tables[what], id)
        if (row) await measureRow(options, row, false)
      }, 'a waveform cannot be made now'))
    },
    sweep: round,
    async stop() {
      stopped = true
      cancel()
      await under
    },
  }
}

/** One round; answers how many files could not be looked at because they still grow. */
async function sweepOnce(options: ArchiveOptions): Promise<number> {
  const { db, clock, log, folder } = options
  const wallMs = Math.floor(clock.wallMs())
  const told = await options.replay?.() ?? 0
  if (told > 0) log.warn({ states: told }, 'media rows of a process that died were written')
  let growing = 0
  let mended = 0
  // A file that cannot be handled now keeps no other waiting, nor the disk from being freed.
  const each = async (rows: readonly FileRow[], work: (row: FileRow) => Promise<unknown>) => {
    for (const row of rows) {
      await work(row).catch((fault: unknown) => {
        if (isRetryable(fault)) throw fault
        log.warn({ err: fault, file: row.file }, 'a media file cannot be handled')
      })
    }
  }
  await each(await abandonedRows(db, wallMs), async (row) => {
    if (await grows(options, row)) growing++
    else if (await measureRow(options, row, true)) mended++
  })
  if (mended > 0) log.warn({ files: mended }, 'media files of a process that died were mended')
  await each(await unmeasuredRows(db, wallMs), (row) => measureRow(options, row, false))
  await each(await expiredRecordings(db, wallMs), async (row) => {
    await removeFile(folder, row.file)
    await setExpired(db, row)
  })
  await each(await purgeableMessages(db, wallMs), async (row) => {
    await removeFile(folder, row.file)
    await forgetMessage(db, row)
  })
  await forgetErrands(db, wallMs)
  if (await freePart(folder) < lowSpace)
    log.error({ folder }, 'the disk of recordings is nearly full')
  return growing
}

/** Its media server may live on and be about to end it in order. */
async function grows(options: ArchiveOptions, row: FileRow): Promise<boolean> {
  const found = await stat(pathIn(options.folder, row.file)).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs < (options.quietMs ?? 3000)
}

/** Answers whether the row is ready now. */
async function measureRow(
  { db, clock, folder }: ArchiveOptions, row: FileRow, repaired: boolean,
): Promise<boolean> {
  const path = pathIn(folder, row.file)
  try {
    if (repaired) await mendWav(path)
    const { durationMs, peaks } = await measureWav(path)
    if (repaired && (durationMs === 0 || isTooShort(row, durationMs))) {
      await setLost(db, row, row.table === 'messages' ? 'discarded' : 'lost')
      return false
    }
    const wallMs = Math.floor(clock.wallMs())
    await setMeasured(db, row, { durationMs, peaks: peaks.map(packPeaks), repaired, wallMs })
    return true
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException
    if (!(fault instanceof WavError) && code !== 'ENOENT') throw fault
    await setLost(db, row)
    return false
  }
}

function isTooShort(row: FileRow, durationMs: number): boolean {
  return row.table === 'messages' && durationMs < leastMessageMs
}
