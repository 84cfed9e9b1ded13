/** Questions of the same few milliseconds: who shares an answer with whom, and who spoils nothing. */
import t from 'tap'
import { Gathering } from '../../src/store/gathering.ts'

function scene(most = 3, fails: (asked: readonly number[]) => boolean = () => false) {
  const groups: number[][] = []
  const gathering = new Gathering<number, string>({
    forMs: 5, most,
    async together(asked) {
      groups.push([...asked])
      if (fails(asked)) throw new Error(`fails: ${asked.join()}`)
      return asked.map((one) => `answer ${one}`)
    },
  })
  return { gathering, groups }
}

t.test('what is asked together is answered together, each its own', async (t) => {
  const { gathering, groups } = scene()
  const both = await Promise.all([gathering.ask(1), gathering.ask(2)])
  t.strictSame(both, ['answer 1', 'answer 2'])
  t.equal(await gathering.ask(3), 'answer 3', 'a lone one does not wait for others')
  t.strictSame(groups, [[1, 2], [3]])
})

t.test('a full group goes at once, and the next one is its own', async (t) => {
  const { gathering, groups } = scene(2)
  const asked = [1, 2, 3].map((one) => gathering.ask(one))
  t.strictSame(groups, [[1, 2]])
  await Promise.all(asked)
  t.strictSame(groups, [[1, 2], [3]])
})

t.test('one that cannot be answered does not spoil the others', async (t) => {
  const { gathering, groups } = scene(3, (asked) => asked.includes(2))
  const answers = await Promise.allSettled([1, 2, 3].map((one) => gathering.ask(one)))
  t.match(answers, [
    { value: 'answer 1' }, { reason: { message: 'fails: 2' } }, { value: 'answer 3' },
  ])
  t.strictSame(groups, [[1, 2, 3], [1], [2], [3]])
})
