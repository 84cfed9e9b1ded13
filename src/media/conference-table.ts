/**
 * The conferences that exist, by name. A conference begins with its first member and ends with its
 * last, or with a member that was sent with the flag `endconf`.
 */
import { Conference } from './conference.ts'

/** More would be a runaway application. */
const maxConferences = 200

export class ConferenceTable {
  readonly #newId: () => string
  readonly #byName = new Map<string, Conference>()
  #lastMember = 0

  constructor(newId: () => string) {
    this.#newId = newId
  }

  find(name: string): Conference | undefined {
    return this.#byName.get(name)
  }

  /** The conference of that name, begun if need be; undefined when there are too many. */
  open(name: string): Conference | undefined {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    if (this.#byName.size >= maxConferences) return undefined
    const conference = new Conference(name, this.#newId())
    this.#byName.set(name, conference)
    return conference
  }

  close(conference: Conference): void {
    if (this.#byName.get(conference.name) === conference) this.#byName.delete(conference.name)
  }

  nextMemberId(): number {
    return ++this.#lastMember
  }
}
