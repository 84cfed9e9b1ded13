/**
 * What open panels compare to see that something of theirs changed: two queries for all of them.
 */
import type { Db } from './database.ts'
import type { MarkTopic } from './marks.ts'

/** Texts that differ when something of that kind changed; `rules`: numbers and settings, too. */
export type ChangeMarks = Readonly<Record<MarkTopic | 'rules', string>>

/** The marks of each of these subscribers. */
export async function changeMarks(
  db: Db,
  subscriberIds: readonly string[],
): Promise<ReadonlyMap<string, ChangeMarks>> {
  if (subscriberIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('subscribers as s')
    .select(['s.id', 's.version'])
    .select((eb) =>
      eb
        .selectFrom('calls as c')
        .select((e) => e.fn.max('c.changed').as('changed'))
        .whereRef('c.subscriber_id', '=', 's.id')
        .as('changed'),
    )
    .where('s.id', 'in', [...subscriberIds])
    .execute()
  const marked = await db
    .selectFrom('marks')
    .selectAll()
    .where('subscriber_id', 'in', [...subscriberIds])
    .execute()
  const versions = new Map(marked.map((row) => [`${row.subscriber_id} ${row.topic}`, row.version]))
  return new Map(rows.map(({ id, version, changed }) => {
    const of = (topic: MarkTopic) => versions.get(`${id} ${topic}`) ?? ''
    return [id, {
      rules: version,
      calls: `${changed ?? ''} ${of('calls')}`,
      messages: of('messages'),
      settings: of('settings'),
      errands: of('errands'),
      support: of('support'),
      balance: of('balance'),
    }]
  }))
}
