/** «Сейчас всё на …»: which numbers have a chip, when a chosen time ends. */
import t from 'tap'
import { chipNumbers, lengthEnd } from '../../web/override.ts'
import { nextAt } from '../../web/override-dialogs.ts'
import { at, moscow, numberReply } from '../support/panel-replies.ts'

t.test('the numbers most used have a chip, and always the chosen one', async (t) => {
  const all = [
    numberReply('a', 'А'), numberReply('b', 'Б', { usedBy: ['1'] }), numberReply('c', 'В', { usedBy: ['1', '2'] }),
    numberReply('d', 'Г', { isDefault: true }), numberReply('e', 'Д'), numberReply('f', 'Е'),
  ]
  const ids = (chosen: string | null): string => chipNumbers(all, chosen).map((each) => each.id).join('')
  t.equal(ids(null), 'cbda', 'by use, the default number among equals first')
  t.equal(ids('f'), 'cbdf', 'the chosen one takes the last place')
  t.equal(ids('b'), 'cbda')
  t.equal(ids('gone'), 'cbda')
  t.equal(chipNumbers(all.slice(0, 2), null).length, 2)
  t.strictSame(chipNumbers([], null), [])
})

t.test('when it ends', async (t) => {
  const now = at(14.5)
  t.equal(lengthEnd('half', now, moscow), at(15))
  t.equal(lengthEnd('hour', now, moscow), at(15.5))
  t.equal(lengthEnd('day', now, moscow), at(24), 'the subscriber’s midnight')
  t.equal(lengthEnd('day', now, 'Asia/Vladivostok'), at(17), 'in his zone')
  t.equal(lengthEnd('ever', now, moscow), null)
  t.equal(nextAt(18 * 60, now, moscow), at(18))
  t.equal(nextAt(9 * 60, now, moscow), at(33), 'a time that has passed is tomorrow’s')
  t.equal(nextAt(14 * 60 + 30, now, moscow), at(38.5), 'so is this very minute')
})
