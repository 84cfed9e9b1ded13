/**
 * Which Chromium the tests drive: Debian's headless shell (the same engine without a window, at half
 * the processor time), or the whole browser where that is what there is.
 */
import { existsSync } from 'node:fs'
import process from 'node:process'

const programs = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** The program; undefined when there is none on this machine. CHROMIUM names another. */
export const chromiumProgram: string | undefined =
  [process.env['CHROMIUM'], ...programs].find((path) => path !== undefined && existsSync(path))

/** No window, no sandbox (root in containers), nothing asked of the world. */
export const chromiumArguments: readonly string[] = [
  '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
]

/** Of playwright's own arguments: painting by SwiftShader costs more than without any GPU. */
export const unwantedArguments: readonly string[] = ['--enable-unsafe-swiftshader']
